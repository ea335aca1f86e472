// A widget's part of the page's address: "#studio=...", beside the parts of other widgets and an
// anchor of the page. In a live notebook the address belongs to the notebook: nothing is written.

const parts = () => location.hash.slice(1).split("&").filter(Boolean);
// Each widget of a page is a module of its own: the names they hold are kept in common.
const taken = (globalThis[Symbol.for("dmnb.addresses")] ??= new Set());

const ours = () =>
  /^(https?|file):$/.test(location.protocol) &&
  !document.querySelector("#jupyter-config-data, [data-jp-theme-light]");

/**
 * claimAddress(name) -> { read(), anchor(), write(text), link(text), onChange(f), release() }: the
 * value under `name`, or under name-2, name-3, ... where other widgets of the page have the name.
 * read() is null without a value; anchor() is the element that the address names; link(text) is null
 * where the address is not ours.
 */
export function claimAddress(name) {
  let key = name;
  for (let i = 2; taken.has(key); i += 1) key = `${name}-${i}`;
  taken.add(key);
  const mine = (part) => part.startsWith(`${key}=`);
  let listener = null;
  let timer;

  function hashWith(text) {
    const others = parts().filter((part) => !mine(part));
    return `#${[...others, ...(text === null ? [] : [`${key}=${text}`])].join("&")}`;
  }

  return {
    read() {
      const part = ours() ? parts().find(mine) : undefined;
      if (part === undefined) return null;
      try {
        return decodeURIComponent(part.slice(key.length + 1));
      } catch {
        return "%";
      }
    },
    anchor: () => parts().map((part) => document.getElementById(part)).find(Boolean),
    // Browsers refuse more than some hundred changes in half a minute.
    write(text) {
      if (!ours()) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        const hash = hashWith(text);
        const address = hash === "#" ? location.pathname + location.search : hash;
        if (hash !== (location.hash || "#")) history.replaceState(history.state, "", address);
      }, 250);
    },
    link: (text) => (ours() ? location.href.split("#")[0] + hashWith(text) : null),
    onChange(f) {
      listener = f;
      window.addEventListener("hashchange", listener);
    },
    release() {
      clearTimeout(timer);
      taken.delete(key);
      if (listener) window.removeEventListener("hashchange", listener);
    },
  };
}
