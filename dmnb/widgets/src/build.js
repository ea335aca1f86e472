// Bundles each widget into one readable module beside its Python class: `npm run build`.
// The first line names what went into it, with a hash, so that a stale bundle shows without Node.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const output = process.argv[2] ?? join(here, "..");
const widgets = ["explorer", "studio", "dynamics", "playground"];

const { outputFiles, metafile } = await build({
  absWorkingDir: here,
  entryPoints: widgets.map((name) => `${name}.js`),
  outdir: output,
  write: false,
  metafile: true,
  bundle: true,
  format: "esm",
  charset: "utf8",
  loader: { ".css": "text" },
});

const inputsOf = Object.fromEntries(
  Object.entries(metafile.outputs).map(([path, { inputs }]) => [basename(path), Object.keys(inputs)]));

for (const { path, text } of outputFiles) {
  const sources = inputsOf[basename(path)].sort();
  const hash = createHash("sha256");
  for (const source of sources) hash.update(readFileSync(join(here, source)));
  const line = `// Bundled by build.js from ${sources.join(" ")}; sha256 ${hash.digest("hex")}`;
  writeFileSync(path, `${line}\n${text}`);
}
