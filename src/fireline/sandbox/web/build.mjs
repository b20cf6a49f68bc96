// Builds the page into ../page: `npm ci --ignore-scripts && npm run build`.
import { build } from "esbuild";
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "page");
const require = createRequire(import.meta.url);
const MAX_BYTES = 1_000_000;

// Slack's own emoji names (the "iamcal" set) as one compact string: "name=char name=char ...".
function emojiTable() {
  const names = require("emojibase-data/en/shortcodes/iamcal.json");
  const chars = new Map(
    require("emojibase-data/en/compact.json").map((entry) => [entry.hexcode, entry.unicode]),
  );
  const pairs = [];
  for (const [hexcode, list] of Object.entries(names)) {
    const char = chars.get(hexcode);
    if (!char) continue;
    for (const name of [].concat(list)) pairs.push(`${name}=${char}`);
  }
  return pairs.join(" ");
}

const emojiModule = {
  name: "emoji-table",
  setup(api) {
    api.onResolve({ filter: /^virtual:emoji-table$/ }, () => ({ path: "table", namespace: "emoji" }));
    api.onLoad({ filter: /.*/, namespace: "emoji" }, () => ({
      contents: `export default ${JSON.stringify(emojiTable())};`,
      loader: "js",
    }));
  },
};

mkdirSync(out, { recursive: true });
const { metafile } = await build({
  entryPoints: { page: join(here, "src", "main.jsx") },
  outdir: out,
  bundle: true,
  metafile: true,
  minify: true,
  charset: "utf8",
  target: ["es2022"],
  legalComments: "none",
  logLevel: "warning",
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"' },
  // The library only needs `emojify`; ours uses the same table as the page, at a tenth of the size.
  alias: { "node-emoji": join(here, "src", "emojify.js") },
  plugins: [emojiModule],
});
// Whose work is inside the bundle, with version and licence.
function thirdParties() {
  const folders = new Set(["node_modules/emojibase-data"]);
  for (const input of Object.keys(metafile.inputs)) {
    const found = /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
    if (found) folders.add(found[0]);
  }
  const rows = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(here, folder, "package.json"), "utf8"));
    return `${name} ${version} ${license}`;
  });
  return `The page's script holds work of these projects, under their licences:\n\n${rows.join("\n")}\n`;
}

writeFileSync(join(out, "THIRD_PARTY.txt"), thirdParties());
copyFileSync(join(here, "src", "page.html"), join(out, "page.html"));
for (const name of ["page.js", "page.css"]) {
  const file = join(out, name);
  const { size } = statSync(file);
  if (size >= MAX_BYTES) throw new Error(`${name} is ${size} bytes: it must stay under ${MAX_BYTES}`);
  console.log(`${name} ${size} bytes`);
}
