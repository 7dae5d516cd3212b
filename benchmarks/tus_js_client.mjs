// Uploads every file below a folder with npm's tus-js-client, some at a time; prints the seconds and how many are left.
// Arguments: the folder with node_modules, the folder, the URL of the server, how many at a time.
import { randomUUID } from "node:crypto";
import { createReadStream, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, folder, endpoint, jobs] = process.argv.slice(2);
const tus = createRequire(join(modules, "here.js"))("tus-js-client");
const files = readdirSync(folder, { recursive: true })
  .map((name) => join(folder, name))
  .filter((path) => statSync(path).isFile());
let left = 0;

const upload = (path) =>
  new Promise((resolve, reject) => {
    const metadata = { filename: path, filetype: "video/mp4", init_id: randomUUID(), parent_id: "folder" };
    const options = { endpoint, metadata, uploadSize: statSync(path).size, onSuccess: resolve, onError: reject };
    new tus.Upload(createReadStream(path), options).start();
  });

async function work() {
  for (let path = files.pop(); path; path = files.pop()) await upload(path).catch(() => left++);
}

const began = performance.now();
await Promise.all(Array.from({ length: Number(jobs) }, work));
console.log(JSON.stringify({ seconds: (performance.now() - began) / 1000, left }));
