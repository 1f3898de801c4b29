// Talking to the server: JSON there and back, and the stream of what is new.

/** A refusal or a failure: `status` 0 when no answer came. */
export class Trouble extends Error {
  constructor(status, message) { super(message); this.status = status; }
  /** Whether the same request may work later. */
  get passing() { return this.status === 0 || this.status === 429 || this.status >= 500; }
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Trouble(0, "");
  }
  if (response.status === 401) location.assign("/login");
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Trouble(response.status, body.error ?? "");
  return body;
}

export const get = (path, signal) => call(path, { signal });
export const post = (path, body) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

/** A name for one sending, so that repeating it adds nothing. (randomUUID needs https; this does not.) */
export const key = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");

const SILENCE = 40_000; // ms without even a heartbeat (they come every 15 s): the connection is dead
const SLOWEST = 8_000;

/** The live connection. Comes back by itself and says which rev it has seen, so that nothing is missed. */
export class Live {
  /** `on`: {message(data), chats(), reset(), state(connected)} */
  constructor(rev, on) {
    this.rev = rev;
    this.on = on;
    this.tries = 0;
    this.heard = Date.now();
    addEventListener("online", () => this.open());
    document.addEventListener("visibilitychange", () => document.hidden || this.connected || this.open());
    setInterval(() => Date.now() - this.heard > SILENCE && this.open(), 5_000);
    this.open();
  }

  open() {
    clearTimeout(this.timer);
    this.source?.close();
    this.heard = Date.now();
    const source = (this.source = new EventSource(`/api/events?since=${this.rev}`));
    const hear = (name, act) => source.addEventListener(name, (event) => { this.heard = Date.now(); act?.(event); });
    hear("open", () => { this.tries = 0; this.become(true); });
    hear("beat");
    hear("chats", () => this.on.chats());
    hear("reset", () => this.on.reset());
    hear("message", (event) => { this.rev = Number(event.lastEventId) || this.rev; this.on.message(JSON.parse(event.data)); });
    source.addEventListener("error", () => this.lost());
  }

  lost() {
    this.source.close();
    this.become(false);
    const wait = Math.min(SLOWEST, 300 * 2 ** this.tries++) * (0.75 + Math.random() / 2);
    this.timer = setTimeout(() => this.open(), wait);
  }

  become(connected) {
    this.connected = connected;
    this.on.state(connected);
  }
}
