// Widgets load every module from this folder, and typeset with the page's MathJax 3.
(() => {
  const folder = document.currentScript.src.replace(/[^/]*$/, "");
  window.requirejs.config({ baseUrl: folder });

  // The widget manager speaks MathJax 2: Hub.Queue(["Typeset", Hub, element]).
  window.addEventListener("DOMContentLoaded", () => {
    const mathjax = (window.MathJax ??= {});
    mathjax.Hub ??= {
      Queue: (...calls) => calls.forEach(([, , element]) => mathjax.typesetPromise?.([element])),
    };
  });
})();
