// Rank pages for queries with the script of the site, without a browser: JSON on stdin, the first pages of each query on stdout.
"use strict";
const vm = require("node:vm");
const { scripts, index, queries } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
globalThis.window = globalThis;
globalThis.Search = { _index: index };
globalThis.document = { addEventListener() {} };
vm.runInThisContext(scripts.join("\n;\n"));
const found = queries.map((query) => {
  const names = Search._performSearch(query).map((result) => result[0]).reverse();
  return [...new Set(names)].slice(0, 3);
});
process.stdout.write(JSON.stringify(found));
