// The points of a drawn curve, laid over its chart: dragged, or moved with the keyboard.

import { h } from "./dom.js";
import { moved } from "./points.js";
import { format } from "./svg.js";

/**
 * createHandles({ onMove(points, done), onRemove(k), onInsert(k) }) -> { element, focus(k),
 * place(points, layout), current() }: `place` puts a handle on each point, onMove tells where they
 * are and whether they stay, onInsert(k) asks for a point after k, current() is the one last used.
 */
export function createHandles({ onMove, onRemove, onInsert }) {
  const element = h("div", { class: "handles" });
  let points = [];
  let layout = null;
  let dragged = null; // the scales stay while a finger holds a point
  let last = 0;

  function make(k) {
    const handle = h("div", { class: "handle", role: "slider", tabindex: 0, "aria-valuemin": 0 });
    handle.addEventListener("focus", () => choose(k));
    handle.addEventListener("dblclick", () => onRemove(k));
    handle.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      handle.setPointerCapture(event.pointerId);
      handle.focus({ preventScroll: true });
      dragged = { layout, moved: false };
    });
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const { left, top } = element.getBoundingClientRect();
      const p = dragged.layout.valueAt(event.clientX - left);
      const w = Math.min(dragged.layout.yMax, dragged.layout.heightAt(event.clientY - top));
      dragged.moved = true;
      onMove(moved(points, k, p, w), false);
    });
    handle.addEventListener("lostpointercapture", () => {
      if (dragged.moved) onMove(points, true);
    });
    handle.addEventListener("keydown", (event) => press(event, k));
    return handle;
  }

  function choose(k) {
    last = k;
    [...element.children].forEach((handle, i) => handle.classList.toggle("current", i === last));
  }

  function press(event, k) {
    const { p, w } = points[k];
    const [dp, dw] = event.shiftKey ? [0.05, layout.yMax / 10] : [0.01, layout.yMax / 50];
    const moves = {
      ArrowLeft: [p - dp, w], ArrowRight: [p + dp, w], ArrowUp: [p, w + dw], ArrowDown: [p, w - dw],
      PageUp: [p, w + layout.yMax / 10], PageDown: [p, w - layout.yMax / 10],
      Home: [p, 0], End: [p, layout.yMax],
    };
    if (event.key in moves) onMove(moved(points, k, ...moves[event.key]), true);
    else if (["Delete", "Backspace"].includes(event.key)) onRemove(k);
    else if (["Insert", "Enter", "+"].includes(event.key)) onInsert(k);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function place(next, nextLayout) {
    [points, layout] = [next, nextLayout];
    while (element.children.length > points.length) element.lastChild.remove();
    while (element.children.length < points.length) element.append(make(element.children.length));
    choose(Math.min(last, points.length - 1));
    [...element.children].forEach((handle, k) => {
      const { p, w } = points[k];
      handle.style.transform = `translate(${layout.x(p)}px, ${layout.y(w)}px)`;
      handle.setAttribute("aria-label", `Point ${k + 1} of ${points.length}`);
      handle.setAttribute("aria-valuemax", Math.max(layout.yMax, w));
      handle.setAttribute("aria-valuenow", w);
      handle.setAttribute("aria-valuetext", `p ${format(p)}, weight ${format(w)}`);
    });
  }

  const focus = (k) => element.children[k]?.focus({ preventScroll: true });
  return { element, place, focus, current: () => last };
}
