// Drawing an emphasis over a chart of p: its points, and the buttons that add and remove them.

import { button } from "./dom.js";
import { createHandles } from "./handles.js";
import { inserted, MOST, removed } from "./points.js";

/**
 * createDrawing({ read, onBegin, onChange(points), onNote(text) }) -> { element, buttons, focus(k),
 * insert(p, w), place, clicked, top }: read() gives { points: [{ p, w }], emphasis } while one is
 * drawn, else false; onBegin() comes before each change, once for a point that is dragged; element
 * lies over the chart, place(layout) brings it in line, clicked(event) adds a point there, and
 * top() holds the end of the axis while a finger holds a point.
 */
export function createDrawing({ read, onBegin = () => {}, onChange, onNote }) {
  let layout = null;
  let held = null;

  function change(points, index) {
    onBegin();
    onChange(points);
    handles.focus(index);
  }

  function insert(p, w) {
    const { points } = read() || {};
    if (!points) return null;
    if (points.length >= MOST) return onNote(`A drawn curve has at most ${MOST} points.`);
    const next = inserted(points, p, w);
    if (!next) return onNote("There is a point there already.");
    return change(next.points, next.index);
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
    return change(next, Math.min(k, next.length - 1));
  }

  const handles = createHandles({
    onMove(points, stays) {
      if (held === null) onBegin();
      held = stays ? null : (held ?? layout.yMax);
      onChange(points);
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
    const { left, top } = handles.element.getBoundingClientRect();
    const { valueAt, heightAt, yMax } = layout;
    const p = Math.min(1, Math.max(0, valueAt(event.clientX - left)));
    insert(p, Math.min(yMax, heightAt(event.clientY - top)));
  }

  const buttons = [
    button("Add a point", () => insertAfter(handles.current())),
    button("Remove the point", () => remove(handles.current())),
  ];
  const { element, focus } = handles;
  return { element, buttons, focus, insert, place, clicked, top: () => held ?? undefined };
}
