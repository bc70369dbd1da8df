// The list of changes: pure functions. Every list is a new one, so that earlier ones can be kept.

const GESTURES = ["law", "table", "scale", "shift", "spread", "ends", "lock", "library"];

/** What a change does: the key of its gesture. */
export function gesture(change) {
  return GESTURES.find((key) => key in change) ?? ("formula" in change ? "formula" : "add");
}

function place(change) {
  return JSON.stringify([change.input ?? change.name, change.labels ?? {}, change.scenario ?? null]);
}

/** The changes with one more; it takes the place of the last one where that was the same gesture. */
export function withChange(changes, change) {
  const same = (other) => place(other) === place(change);
  const last = changes.findLastIndex(same);
  if (last >= 0 && continues(changes[last], change)) return changes.with(last, merged(changes[last], change));
  if (isMove(change)) return [...changes, change];
  // what was added stays where its law is another one, and a law whose ends are put elsewhere
  const rests = gesture(change) === "ends" ? (other) => !isMove(other) && gesture(other) !== "ends" : (other) => gesture(other) === "add";
  return [...changes.filter((other) => !same(other) || rests(other)), change];
}

// As texts are read: times a number, a spread times a number, plus or minus an amount.
const OF_LAW_IN_FORCE = /^\s*((spread\s*)?[x*\u00d7]\s*[^a-z]|[+\-\u2212]\s+\S)/;

/** Whether it moves the law in force, whatever that is, and does not put another one in its place. */
function isMove(change) {
  const key = gesture(change);
  return ["scale", "shift", "spread", "lock"].includes(key) || (key === "law" && OF_LAW_IN_FORCE.test(change.law));
}

/** Whether a change takes the place of the last one of its input: of two moves that are typed, both count. */
function continues(last, change) {
  return gesture(last) === gesture(change) && !(gesture(change) === "law" && isMove(change));
}

function merged(last, change) {
  const key = gesture(change);
  if (key === "scale" || key === "spread") return { ...last, [key]: last[key] * change[key] };
  if (key === "shift") return { ...last, shift: last.shift + change.shift };
  return { ...last, ...change };
}

/** The changes without those of an input. */
export function withoutInput(changes, input) {
  return changes.filter((change) => change.input !== input);
}

/** The changes with an input no longer held: without its locks, or where none holds it as the study has it. */
export function unlocked(changes, input) {
  const free = changes.filter((change) => !(change.input === input && "lock" in change));
  return free.length < changes.length ? free : withoutInput(changes, input);
}

/** Changes of an input, as they are listed. */
export function ofInput(changes, input) {
  return changes.filter((change) => change.input === input);
}

const LONGEST_ADDRESS = 4096;

/** What is shown, as a text that an address can carry, or nothing where it is too much for one. */
export function toAddress({ source, labels, changes, ...rest }) {
  if (!source.id) return null;
  const carried = { study: source.id, labels: JSON.stringify(labels), changes: JSON.stringify(changes), ...rest };
  const text = new URLSearchParams(carried).toString();
  return text.length <= LONGEST_ADDRESS ? text : null;
}

/** What an address carries. */
export function fromAddress(hash) {
  const { study, ...told } = Object.fromEntries(new URLSearchParams(hash.replace(/^#/, "")));
  const [changes, labels] = [parsed(told.changes), parsed(told.labels)];
  const lost = [["changes", told.changes, Array.isArray(changes)], ["labels", told.labels, isTable(labels)]].filter(([, text, isRead]) => text !== undefined && !isRead);
  return { ...told, source: study ? { id: study } : null, labels: isTable(labels) ? labels : {}, changes: Array.isArray(changes) ? changes : [], lost: lost.map(([name]) => name) };
}

function isTable(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
