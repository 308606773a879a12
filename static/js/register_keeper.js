// A register outlives a lost connection. What was typed stays on the page and is sent again; in the browser there is kept
// at most the ids and codes of the unsent register (no name, no note), until it is sent, the person signs out, or
// somebody else signs in here. Loaded on every signed-in page, so that it is sent, or erased, wherever somebody goes.

const KEY = "waymark-unsent";
const EVERY = 5000;
const LONGEST = 30000;
const SENT_WITHIN = 15000;
const person = document.querySelector("script[data-person]")?.dataset.person ?? "";

// --- What is kept: {person, registers: {path: {pressed, rows: {id: [code, minutes, version, code seen, minutes seen, filled by]}}}} ---

const read = () => {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return kept && typeof kept.registers === "object" ? kept : null;
  } catch {
    return null; // no storage here, or something that is not ours: nothing is kept
  }
};
const erase = () => {
  try { localStorage.removeItem(KEY); } catch { /* no storage here */ }
};
const write = (registers) => {
  if (!Object.keys(registers).length) {
    erase();
    return;
  }
  try {
    localStorage.setItem(KEY, JSON.stringify({ person, registers }));
  } catch {
    // No storage here: what was typed stays on the page only, and is sent from there.
  }
};
const forget = (path) => {
  const { [path]: gone, ...others } = read()?.registers ?? {};
  if (gone) write(others);
};

if (person && read() && read().person !== person) erase();
const kept = () => (person ? read()?.registers ?? {} : {});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form.getAttribute("action") ?? "").endsWith("/logout/")) return;
  const waits = Object.values(kept()).some((register) => register.pressed);
  if (waits && !window.confirm("A register is not saved yet: it waits here for the connection. Sign out and lose it?")) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  erase();
}, true);

// --- Asking the server ----------------------------------------------------------------------------------------------

const icon = document.querySelector("link[rel=icon]")?.href;

/** Whether the server can be reached just now; asks for nothing of anybody. */
const reachable = async () => {
  if (!navigator.onLine) return false;
  try {
    return (await fetch(icon, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(4000) })).ok;
  } catch {
    return false;
  }
};

/** Send a register: "saved" with where to go, "away" when there is no connection, "signed out", or "refused". */
const send = async (path, data) => {
  try {
    const answer = await fetch(path, {
      method: "POST",
      body: data,
      redirect: "manual",
      headers: { "Waymark-Register": "1" },
      signal: AbortSignal.timeout(SENT_WITHIN),
    });
    if (answer.status === 204) return { came: "saved", next: answer.headers.get("Waymark-Next") ?? path };
    if (answer.type === "opaqueredirect") return { came: "signed out" };
    return { came: answer.status >= 500 ? "away" : "refused", status: answer.status };
  } catch {
    return { came: "away" };
  }
};

/** The ids of the students whom a kept register leaves blank, as its page sends them once it has asked about them. */
const blankIn = (register) => Object.entries(register.rows).filter(([, [code]]) => !code).map(([id]) => id).join(" ");

// --- On the page of the register --------------------------------------------------------------------------------------

const form = document.querySelector("form[data-register]");
const path = location.pathname;

class Keeper {
  constructor() {
    this.line = form.querySelector("[data-kept-here]");
    this.rows = [...form.querySelectorAll("[data-row]")];
    this.waiting = false; // Save was pressed and the server has not got it
    this.sending = false;
    this.pressed = false;
    this.wait = EVERY;
    this.timer = 0;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.sending || this.pressed) return;
      this.pressed = true; // a double click is one click
      setTimeout(() => { this.pressed = false; this.save(); }, 0); // after the token was made fresh
    });
    form.addEventListener("input", () => this.typed());
    form.addEventListener("change", () => this.typed());
    window.addEventListener("offline", () => this.typed());
    window.addEventListener("online", () => { if (this.waiting) this.again(0); });
    const before = kept()[path];
    if (before) this.putBack(before);
  }

  field(row, name) {
    return row.querySelector(`[name^="${name}-"]`);
  }

  mark(row) {
    return this.field(row, "more")?.value || row.querySelector("input[type=radio]:checked")?.value || "";
  }

  /** Ids, codes and the marks that were seen; a name or a note is never among them. */
  keep() {
    const rows = {};
    for (const row of this.rows) {
      const seen = this.field(row, "seen");
      const [version, code, minutes] = seen.value.split("|");
      rows[seen.name.slice("seen-".length)] = [this.mark(row), this.field(row, "minutes")?.value ?? "", version, code ?? "", minutes ?? "", this.field(row, "filled")?.value ?? ""];
    }
    write({ ...(read()?.registers ?? {}), [path]: { pressed: this.waiting, rows } });
  }

  typed() {
    if (this.sending || !(this.waiting || !navigator.onLine)) return;
    this.keep();
    this.say();
  }

  say() {
    const marks = this.rows.filter((row) => this.mark(row)).length;
    const notes = this.rows.some((row) => this.field(row, "note")?.value);
    const words = this.waiting
      ? `Not saved: no connection. ${marks} mark${marks === 1 ? "" : "s"} kept here, will be sent when the connection is back.`
      : `No connection. ${marks} mark${marks === 1 ? "" : "s"} kept here; press Save and they are sent when it is back.`;
    this.show(notes ? `${words} Notes stay only while this page is open.` : words);
  }

  show(words) {
    if (this.line.textContent !== words) this.line.textContent = words;
    this.line.hidden = !words;
  }

  async save() {
    clearTimeout(this.timer);
    this.sending = true;
    const focus = document.activeElement;
    const data = new URLSearchParams(new FormData(form)); // as a plain form sends it: the server reads that many times faster
    form.inert = true;
    const { came, next } = await send(location.href, data);
    if (came === "saved") {
      forget(path);
      dispatchEvent(new Event("wm:leaving"));
      location.assign(next);
      return;
    }
    if (came === "refused") {
      // The server says no and why: ask again as a plain form does, so that its page is shown. Twice changes nothing.
      forget(path);
      dispatchEvent(new Event("wm:leaving"));
      form.submit();
      return;
    }
    this.waiting = true;
    this.sending = false;
    form.inert = false;
    this.keep();
    if (came === "signed out") {
      dispatchEvent(new Event("wm:leaving"));
      location.assign(path); // leads through signing in back to here, where it is sent
      return;
    }
    focus?.focus?.({ preventScroll: true });
    this.say();
    this.again(this.wait);
    this.wait = Math.min(this.wait * 1.5, LONGEST);
  }

  again(after) {
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      if (this.sending) return;
      if (await reachable()) this.save();
      else this.again(EVERY);
    }, after);
  }

  /** The page was loaded again: put the kept marks into it. Marks that somebody changed meanwhile will clash, and show. */
  putBack(before) {
    for (const row of this.rows) {
      const seen = this.field(row, "seen");
      const mine = before.rows[seen.name.slice("seen-".length)];
      if (!mine) continue;
      const [code, minutes, version, was, late, filled] = mine;
      row.querySelectorAll("input[type=radio]").forEach((radio) => { radio.checked = radio.value === code; });
      const more = this.field(row, "more");
      if (more) more.value = row.querySelector("input[type=radio]:checked") ? "" : code;
      if (this.field(row, "minutes")) this.field(row, "minutes").value = minutes;
      if (seen.value.split("|")[0] !== version) seen.value = `${version}|${was}|${late}|${this.field(row, "note")?.value ?? ""}`;
      this.field(row, "filled")?.remove();
      if (filled) seen.after(Object.assign(document.createElement("input"), { type: "hidden", name: seen.name.replace("seen-", "filled-"), value: filled }));
    }
    this.waiting = before.pressed;
    if (before.pressed) form.querySelector("[name=blanks]")?.setAttribute("value", blankIn(before)); // asked about when Save was pressed
    this.say();
    if (this.waiting) window.addEventListener("load", () => this.again(0));
    else this.show("Marks that you had chosen without a connection are back. Press Save to send them.");
  }
}

// --- On any other page ------------------------------------------------------------------------------------------------

const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

const asForm = (register) => {
  const data = new URLSearchParams({ csrfmiddlewaretoken: token(), blanks: blankIn(register) });
  for (const [id, [code, minutes, version, was, late, filled]] of Object.entries(register.rows)) {
    data.set(`mark-${id}`, code);
    if (minutes) data.set(`minutes-${id}`, minutes);
    if (filled) data.set(`filled-${id}`, filled);
    data.set(`seen-${id}`, version === "" ? "" : `${version}|${was}|${late}|`);
  }
  return data;
};

/** Say in the page, above everything, that a register waits; the words come from us, the address from what is kept. */
const tell = (words, to) => {
  const place = document.getElementById("main");
  if (!place) return;
  const box = document.querySelector("[data-register-waits]") ?? document.createElement("div");
  box.dataset.registerWaits = "";
  box.className = "wm-alert wm-alert-watch";
  box.setAttribute("role", "status");
  const link = document.createElement("a");
  link.href = to;
  link.textContent = "Open the register";
  const line = document.createElement("div");
  line.append(`${words} `, ...(to ? [link] : []));
  box.replaceChildren(line);
  if (!box.isConnected) place.prepend(box);
};

async function sendWaiting() {
  let left = false;
  for (const [to, register] of Object.entries(kept())) {
    if (!register.pressed || !to.startsWith("/registers/")) continue;
    const { came } = (await reachable()) ? await send(to, asForm(register)) : { came: "away" };
    if (came === "saved") {
      forget(to);
      document.querySelector("[data-register-waits]")?.remove();
      document.dispatchEvent(new CustomEvent("wm:toast", { detail: { words: "The connection is back, and the register that was kept here is saved." } }));
    } else if (came === "refused") {
      tell("A register that was kept here could not be saved as it is. Nothing is lost: open it to see what differs.", to);
    } else {
      left = true;
      tell("A register is not saved yet: no connection. Its marks are kept here and will be sent when the connection is back.", to);
    }
  }
  if (left) setTimeout(sendWaiting, EVERY);
}

if (form && person) {
  new Keeper();
} else if (person && kept()[path]) {
  // The register is not to be taken here any more: what was kept for it leads nowhere.
  forget(path);
  tell("Marks were kept here for this register, but it can’t be taken any more, so they were not saved.", "");
} else if (person && Object.keys(kept()).length) {
  sendWaiting();
  window.addEventListener("online", sendWaiting);
}
