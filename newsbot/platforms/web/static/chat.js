// The page: wires the store, the live connection, the list of chats, the messages and the line together.

import { Live, Trouble, get, key, post } from "./api.js";
import { Composer } from "./composer.js";
import { Log } from "./log.js";
import { Nodes, word } from "./nodes.js";
import { Sidebar } from "./sidebar.js";
import { Store } from "./store.js";

const byId = (id) => document.getElementById(id);
const path = (chat, what) => `/api/chats/${encodeURIComponent(chat)}/${what}`;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const TRIES = 4; // before the person is told; the next connection tries again anyway

const store = new Store();
const nodes = new Nodes({ send: (text) => send(text), fill: (text) => composer.fill(text), press });
const log = new Log(store, nodes, { older: () => load(current), read: () => read(), retry: (entry) => deliver(entry), forget: (entry) => drop(entry) });
const sidebar = new Sidebar(store, { open, create });
const composer = new Composer({ form: byId("composer"), line: byId("line"), options: byId("options"), slash: byId("slash"), chat: () => current?.id ?? "me", send });

let current = null;
let live = null;

// --- chats ---

async function start() {
  const rev = await refresh();
  live = new Live(rev, { message: take, chats: refresh, reset: () => location.reload(), state: connection });
  await open(decodeURIComponent(location.hash.slice(1)) || "me", false);
  addEventListener("hashchange", () => open(decodeURIComponent(location.hash.slice(1))));
  for (const button of document.querySelectorAll("[data-command]")) button.addEventListener("click", () => send(button.dataset.command));
  for (const chat of store.chats.values()) if (chat !== current && behind(chat)) await load(chat);
  store.unsent.forEach(deliver);
}

/** Whether a chat that is not open has messages that were not read, so that they must be counted. */
const behind = (chat) => store.last(chat) && store.last(chat).id > (store.read[chat.id] ?? 0);

async function refresh() {
  const { rev, chats } = await patiently(() => get("/api/chats"));
  store.list(chats);
  sidebar.draw(current);
  return rev;
}

async function patiently(ask) {
  for (let wait = 500; ; wait = Math.min(wait * 2, 8000)) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Trouble && error.passing)) throw error;
      await pause(wait);
    }
  }
}

async function open(id, focus = true) {
  const chat = store.chats.get(id) ?? store.chats.get("me");
  if (!chat || chat === current) return;
  composer.change(current?.id, chat.id);
  current = chat;
  location.hash = encodeURIComponent(chat.id);
  byId("title").textContent = chat.kind === "private" ? chat.title : `#${chat.title}`;
  byId("line").placeholder = word(chat.kind === "private" ? "linePrivate" : "lineChannel");
  about();
  sidebar.draw(chat);
  if (!chat.loaded) await load(chat);
  if (chat !== current) return; // another was chosen meanwhile
  log.show(chat);
  read();
  composer.learn().catch(() => {});
  if (focus || matchMedia("(hover: hover)").matches) byId("line").focus(); // no keyboard jumps up on a phone
}

/** The next older page of a chat's messages. */
async function load(chat) {
  if (!chat || chat.loading || (chat.loaded && !chat.more)) return;
  chat.loading = true;
  try {
    const before = chat.oldest ? `?before=${chat.oldest}` : "";
    const { messages, more } = await patiently(() => get(path(chat.id, "messages") + before));
    messages.forEach((message) => store.upsert(message));
    Object.assign(chat, { more, loaded: true, oldest: messages[0]?.id ?? chat.oldest ?? 0 });
  } finally {
    chat.loading = false;
  }
  if (chat === current) log.draw();
  sidebar.draw(current);
}

async function create(name) {
  const chat = await post("/api/chats", { name });
  store.list([chat]);
  sidebar.draw(current);
  return chat.id;
}

// --- messages ---

async function take(message) {
  if (!store.chats.has(message.chat)) await refresh();
  const chat = store.upsert(message);
  if (!chat) return;
  if (chat === current) log.draw(message.id);
  if (!read()) sidebar.draw(current);
}

/** What has come into sight in the open chat is read. */
function read() {
  if (!current || current !== log.chat || document.hidden || !store.markRead(current, log.seen())) return false;
  sidebar.draw(current);
  return true;
}

function send(text) {
  const entry = { key: key(), chat: current.id, text, at: new Date().toISOString(), failed: "" };
  store.hold(entry);
  log.draw();
  log.toEnd();
  deliver(entry);
}

/** Send what is held, again and again; the key keeps it one message however often it arrives. */
async function deliver(entry) {
  if (entry.going) return;
  entry.going = true;
  entry.failed = "";
  log.draw();
  for (let tries = 1; ; tries++) {
    try {
      const said = await post(path(entry.chat, "send"), { text: entry.text, key: entry.key });
      store.forget(entry.key);
      said.messages.forEach((message) => take(message));
      goOn(said.messages);
      break;
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      if (!error.passing || tries >= TRIES) { entry.failed = error.message || word("failed"); break; }
      await pause(400 * 2 ** tries);
    }
  }
  entry.going = false;
  store.keep();
  log.draw();
}

/** An answer that asks for more, as "/follow " for a topic, begins the line; what is being typed there stays. */
function goOn(messages) {
  const asking = messages.find((message) => message.body?.ask && message.chat === current.id);
  if (asking && !byId("line").value) composer.fill(asking.body.ask);
}

function drop(entry) {
  store.forget(entry.key);
  log.draw();
}

async function press(button, action) {
  const message = button.closest("[data-id]");
  if (!message || button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  try {
    const said = await post(path(current.id, "press"), { message: Number(message.dataset.id), action, key: key() });
    if (said.messages.some((each) => each.id > Number(message.dataset.id))) log.atEnd = true; // show what was asked for
    said.messages.forEach((each) => take(each));
    goOn(said.messages);
    if (said.toast) toast(said.toast);
  } catch (error) {
    toast(error.message || word("trouble"));
  } finally {
    button.ariaBusy = null;
  }
}

function toast(text) {
  const node = byId("toast");
  node.textContent = text;
  node.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { node.hidden = true; }, Math.max(4000, text.length * 70));
}

// --- the connection ---

function connection(connected) {
  clearTimeout(connection.timer);
  connection.timer = setTimeout(() => { document.body.classList.toggle("offline", !connected); about(); }, connected ? 0 : 1200);
  if (connected) store.unsent.filter((entry) => entry.failed).forEach(deliver);
}

function about() {
  const offline = document.body.classList.contains("offline");
  byId("banner").textContent = offline ? word("lost") : "";
  byId("banner").hidden = !offline;
  byId("about").textContent = word(offline ? "connecting" : current?.kind === "private" ? "private" : "channel");
}

document.addEventListener("visibilitychange", read);
start();
