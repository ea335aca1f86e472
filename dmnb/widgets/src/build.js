// Bundles each widget into one readable module beside its Python class: `npm run build`.
// The first line records the hash of the sources, so that a stale bundle shows without Node.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const output = process.argv[2] ?? join(here, "..");
const widgets = ["explorer"];

const hash = createHash("sha256");
for (const name of readdirSync(here).sort()) hash.update(readFileSync(join(here, name)));
hash.update(readFileSync(join(here, "../../palette.json")));

await build({
  absWorkingDir: here,
  entryPoints: widgets.map((name) => `${name}.js`),
  outdir: output,
  bundle: true,
  format: "esm",
  charset: "utf8",
  loader: { ".css": "text" },
  banner: { js: `// Bundled from src/ by build.js; sources sha256 ${hash.digest("hex")}` },
});
