/** Loads the charts' library, as the server has it from its operating system, when the first chart wants it. */

const FOLDER = "vendor/dygraphs/";
let loading = null;

function add(element) {
  return new Promise((resolve, reject) => {
    element.addEventListener("load", resolve);
    element.addEventListener("error", () => { element.remove(); reject(new Error(`not loaded: ${element.src ?? element.href}`)); });
    document.head.append(element);
  });
}

const script = (name) => add(Object.assign(document.createElement("script"), { src: new URL(FOLDER + name, document.baseURI).href }));
const style = (name) => add(Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL(FOLDER + name, document.baseURI).href }));

/** Without its own legend, which writes inline styles even when it is hidden: the page's policy forbids them. */
function prepared(Dygraph) {
  Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);
  return Dygraph;
}

/** The class `Dygraph`. After a failure the next asking tries again. */
export function loadDygraph() {
  loading ??= Promise.all([script("dygraph.min.js"), style("dygraph.min.css")]).then(() => prepared(window.Dygraph))
    .catch((error) => { loading = null; throw error; });
  return loading;
}
