// A Tus server of npm's @tus/server on a free port of 127.0.0.1; says the port on its first line of output.
// Arguments: the folder with node_modules, the folder for the bytes.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, folder] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(createRequire(join(modules, "here.js")).resolve(name)));
const { Server } = await load("@tus/server");
const { FileStore } = await load("@tus/file-store");
const server = new Server({ path: "/files", datastore: new FileStore({ directory: folder }) });
const listener = server.listen({ host: "127.0.0.1", port: 0 }, () => console.log(listener.address().port));
