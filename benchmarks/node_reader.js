// Pages in, a line of JSON each ({html, url}); what a node.js library reads out, a line each ({title, text, …}).
// node node_reader.js FOLDER readability-jsdom|readability-linkedom|defuddle
const [folder, library] = process.argv.slice(2);
const need = require("module").createRequire(folder + "/any.js");
const BLOCKS = "p,div,li,h1,h2,h3,h4,h5,h6,br,tr,blockquote,figure,section";

function textOf(document, markup) {
  const box = document.createElement("div");
  box.innerHTML = markup || "";
  for (const block of box.querySelectorAll(BLOCKS)) block.after(document.createTextNode("\n"));
  return box.textContent;
}

function openPage(html, url) {
  if (library === "readability-linkedom") return need("linkedom").parseHTML(html);
  const { JSDOM, VirtualConsole } = need("jsdom");
  return new JSDOM(html, { url, virtualConsole: new VirtualConsole() }).window;
}

async function readPage({ html, url }) {
  const window = openPage(html, url);
  const document = window.document;
  if (library === "defuddle") {
    const { Defuddle } = await import(folder + "/node_modules/defuddle/dist/node.js");
    const found = await Defuddle(document, url, { useAsync: false });
    return {
      title: found.title,
      text: textOf(document, found.content),
      published: found.published,
      authors: found.author ? [found.author] : [],
    };
  }
  const found = new (need("@mozilla/readability").Readability)(document).parse();
  if (!found) return {};
  return {
    title: found.title,
    text: textOf(document, found.content),
    published: found.publishedTime,
    authors: found.byline ? [found.byline] : [],
  };
}

let last = Promise.resolve();
require("readline")
  .createInterface({ input: process.stdin, crlfDelay: Infinity })
  .on("line", (line) => {
    last = last
      .then(() => readPage(JSON.parse(line)))
      .catch((error) => ({ error: String(error) }))
      .then((found) => process.stdout.write(JSON.stringify(found) + "\n"));
  });
