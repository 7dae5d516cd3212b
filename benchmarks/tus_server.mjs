// npm's @tus/server behind the few paths of Kinescope's that kupload asks for; says its port on its first line of output.
// Arguments: the folder with node_modules, the folder for the bytes.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, folder] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(createRequire(join(modules, "here.js")).resolve(name)));
const { Server } = await load("@tus/server");
const { FileStore } = await load("@tus/file-store");
const tus = new Server({ path: "/files", datastore: new FileStore({ directory: folder }) });
const folders = [];

function manage(request, response, body) {
  const answer = (status, data) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(data));
  const path = request.url.split("?")[0];
  if (path.endsWith("/folders") && request.method === "POST") {
    const { name } = JSON.parse(body);
    folders.push({ id: name, name, project_id: path.split("/")[3] });
    return answer(200, { data: folders.at(-1) });
  }
  const listed = path.endsWith("/folders") ? folders : path === "/v1/videos" ? [] : null;
  if (request.method === "GET" && listed) {
    return answer(200, { meta: { pagination: { page: 1, per_page: 100, total: listed.length } }, data: listed });
  }
  return answer(404, { error: { code: 404404, message: "no such entity" } });
}

const listener = createServer((request, response) => {
  if (request.url === "/v2/init") request.url = "/files";
  if (request.url.startsWith("/files")) return tus.handle(request, response);
  let body = "";
  request.on("data", (piece) => (body += piece)).on("end", () => manage(request, response, body));
});
listener.listen(0, "127.0.0.1", () => console.log(listener.address().port));
