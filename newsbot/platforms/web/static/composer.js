// The line where people type: completion of commands and arguments (the ARIA combobox pattern), and history.
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/

import { get } from "./api.js";
import { el } from "./nodes.js";

const KEPT = 50; // lines of history
const PAUSE = 90; // ms of no typing before the server is asked

export class Composer {
  /** `chat()` is the open chat's id; `send(text)` sends. */
  constructor({ form, line, options, slash, chat, send }) {
    Object.assign(this, { form, line, options, chat, send });
    this.commands = [];
    this.drafts = new Map();
    this.active = -1;
    this.history = JSON.parse(localStorage.getItem("history") ?? "[]");
    this.at = this.history.length;
    form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    line.addEventListener("input", () => { this.at = this.history.length; this.suggest(); });
    line.addEventListener("keydown", (event) => this.key(event));
    line.addEventListener("blur", () => setTimeout(() => document.activeElement === line || this.close(), 120));
    options.addEventListener("mousedown", (event) => event.preventDefault()); // the line keeps the focus
    slash.addEventListener("click", () => this.fill(line.value.startsWith("/") ? line.value : "/"));
  }

  /** Learn the commands of the open chat, so that their names are completed at once. */
  async learn() {
    this.close();
    const { commands } = await get(`/api/commands?chat=${encodeURIComponent(this.chat())}`);
    this.commands = commands;
    if (document.activeElement === this.line) this.suggest(); // someone was faster
  }

  /** Another chat was opened: each keeps what was being typed there. */
  change(from, to) {
    if (from) this.drafts.set(from, this.line.value);
    this.line.value = this.drafts.get(to) ?? "";
    this.at = this.history.length;
    this.close();
  }

  /** Put `text` into the line and offer what may follow. */
  fill(text) {
    this.line.value = text;
    this.line.focus();
    this.line.setSelectionRange(text.length, text.length);
    this.suggest();
  }

  submit() {
    const text = this.line.value.trim();
    if (!text) return;
    this.history = [...this.history.filter((old) => old !== text), text].slice(-KEPT);
    this.at = this.history.length;
    localStorage.setItem("history", JSON.stringify(this.history));
    this.line.value = "";
    this.close();
    this.send(text);
  }

  key(event) {
    if (event.isComposing) return; // an input method is choosing characters
    const act = { ArrowDown: () => this.down(), ArrowUp: () => this.up(), Escape: () => this.escape(), Tab: () => this.tab(event), Enter: () => this.enter() }[event.key];
    if (act && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey && act()) event.preventDefault();
  }

  get isOpen() { return !this.options.hidden; }

  down() { return this.isOpen ? this.highlight((this.active + 1) % this.options.children.length) : this.recall(1); }

  up() {
    const count = this.options.children.length;
    return this.isOpen ? this.highlight((this.active <= 0 ? count : this.active) - 1) : this.recall(-1);
  }

  escape() {
    const was = this.isOpen;
    this.close();
    return was;
  }

  tab() {
    if (!this.isOpen) return false;
    this.accept(Math.max(this.active, 0));
    return true;
  }

  enter() {
    if (!this.isOpen || this.active < 0) return false; // the form is submitted
    this.accept(this.active);
    return true;
  }

  recall(step) {
    const to = this.at + step;
    if (to < 0 || to > this.history.length) return this.line.value !== "";
    if (this.at === this.history.length) this.draft = this.line.value;
    this.at = to;
    this.line.value = this.history[to] ?? this.draft ?? "";
    this.line.setSelectionRange(this.line.value.length, this.line.value.length);
    return true;
  }

  suggest() {
    clearTimeout(this.timer);
    this.asking?.abort();
    const text = this.line.value;
    if (!text.startsWith("/")) return this.close();
    if (!text.includes(" ")) return this.show(this.named(text.slice(1).toLowerCase()), text.length > 1);
    this.timer = setTimeout(() => this.ask(text), PAUSE);
  }

  named(start) {
    const found = this.commands.filter((command) => command.name.startsWith(start) && command.name !== start);
    return found.map(({ name, usage, help, arguments: takes }) =>
      ({ value: `/${name}${takes.length ? " " : ""}`, label: usage, detail: help }));
  }

  async ask(text) {
    this.asking = new AbortController();
    try {
      const where = `/api/complete?chat=${encodeURIComponent(this.chat())}&text=${encodeURIComponent(text)}`;
      const { items } = await get(where, this.asking.signal);
      if (this.line.value === text) this.show(items.filter((item) => item.value.trim() !== text.trim()), false);
    } catch {
      this.close(); // suggestions are a help, never a hindrance
    }
  }

  /** List `items`; with `first`, Enter takes the first one, otherwise it sends what is typed. */
  show(items, first) {
    this.items = items;
    this.options.replaceChildren(...items.map((item, n) => el("li",
      { id: `option-${n}`, role: "option", "aria-selected": "false", onclick: () => this.accept(n) },
      el("span", { className: "label", dir: "auto" }, item.label), el("span", { className: "detail", dir: "auto" }, item.detail))));
    this.options.hidden = !items.length || document.activeElement !== this.line;
    this.line.setAttribute("aria-expanded", String(this.isOpen));
    this.highlight(first && this.isOpen ? 0 : -1);
  }

  highlight(index) {
    this.active = index;
    [...this.options.children].forEach((option, n) => option.setAttribute("aria-selected", String(n === index)));
    this.options.children[index]?.scrollIntoView({ block: "nearest" });
    if (index < 0) this.line.removeAttribute("aria-activedescendant");
    else this.line.setAttribute("aria-activedescendant", `option-${index}`);
    return true;
  }

  accept(index) {
    const { value } = this.items[index];
    this.close();
    this.fill(value);
  }

  close() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.show([], false);
  }
}
