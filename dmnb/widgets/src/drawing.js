// Drawing the emphasis over a spread of p: its points, and the buttons that add and remove them.

import { button, h } from "./dom.js";
import { createHandles } from "./handles.js";
import { inserted, MOST, removed } from "./points.js";

/**
 * createDrawing({ read, onChange(pairs), onNote(text) }) -> { element, tools, place, clicked,
 * top }: read() gives { points: [{ p, w }], emphasis } while one is drawn, else false; element lies
 * over the spread, place(layout) brings it in line, clicked(event) adds a point there, and top()
 * holds the end of the axis while a finger holds a point.
 */
export function createDrawing({ read, onChange, onNote }) {
  let layout = null;
  let held = null;
  const change = (points) => onChange(points.map(({ p, w }) => [p, w]));

  function insert(p, w) {
    const { points } = read();
    if (points.length >= MOST) return onNote(`A drawn curve has at most ${MOST} points.`);
    const next = inserted(points, p, w);
    if (!next) return onNote("There is a point there already.");
    change(next.points);
    return handles.focus(next.index);
  }

  function insertAfter(k) {
    const { points, emphasis } = read();
    const from = Math.min(k, points.length - 2);
    const middle = (points[from].p + points[from + 1].p) / 2;
    return insert(middle, emphasis.weight(middle));
  }

  function remove(k) {
    const next = removed(read().points, k);
    if (!next) return onNote("A drawn curve keeps two points, and a weight above 0.");
    change(next);
    return handles.focus(Math.min(k, next.length - 1));
  }

  const handles = createHandles({
    onMove(points, stays) {
      held = stays ? null : (held ?? layout.yMax);
      change(points);
    },
    onRemove: remove,
    onInsert: insertAfter,
  });

  function place(next) {
    layout = next;
    const drawn = read();
    handles.element.hidden = !drawn;
    if (drawn) handles.place(drawn.points, layout);
  }

  function clicked(event) {
    if (!read()) return;
    const { left, top } = handles.element.getBoundingClientRect();
    const { valueAt, heightAt, yMax } = layout;
    const p = Math.min(1, Math.max(0, valueAt(event.clientX - left)));
    insert(p, Math.min(yMax, heightAt(event.clientY - top)));
  }

  const tools = h("div", { class: "tools drawing" },
    h("span", {}, "Drag a point, click to add one, double-click one to remove it."),
    button("Add a point", () => insertAfter(handles.current())),
    button("Remove the point", () => remove(handles.current())));
  return { element: handles.element, tools, place, clicked, top: () => held ?? undefined };
}
