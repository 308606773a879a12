// The frame: keys, menus, dialogs, colours, notices, the blank page and the idle warning.
// Nothing here stores a name or a narrative in the browser; two cookies hold the colours and whether keys are on.

const body = document.body;
const root = document.documentElement;
root.classList.add("wm-scripts");

const cookie = (name) => document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.split("=")[1] ?? "";
const setCookie = (name, value) => {
  const age = value ? 31536000 : 0;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${value}; path=/; max-age=${age}; samesite=lax${secure}`;
};

// --- Saying things -----------------------------------------------------------------------------------------------

/** Other files speak through events: wm:say (screen reader) and wm:toast ({words, action: {label, run}}). */
document.addEventListener("wm:say", (event) => {
  const live = document.getElementById("wm-live");
  if (!live) return;
  live.textContent = "";
  requestAnimationFrame(() => { live.textContent = event.detail; });
});

document.addEventListener("wm:toast", (event) => {
  const box = document.getElementById("wm-toasts");
  if (!box) return;
  const toast = document.createElement("div");
  toast.className = "wm-toast";
  toast.setAttribute("role", "status");
  const words = document.createElement("span");
  words.textContent = event.detail.words;
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "Close";
  close.addEventListener("click", () => toast.remove());
  toast.append(words, close);
  box.replaceChildren(toast);
});

/** A passkey that was cancelled, timed out or isn't on this device: said beside its button, where it used to be silence. */
document.addEventListener("allauth.error", (event) => {
  const button = document.querySelector("[data-scripts] > button[form]")?.parentElement ?? document.querySelector("main form:last-of-type");
  if (!button) return;
  event.preventDefault();
  const old = document.getElementById("wm-passkey-trouble");
  const words = old ?? document.createElement("p");
  words.id = "wm-passkey-trouble";
  words.className = "wm-alert wm-alert-concern mt-2";
  words.setAttribute("role", "alert");
  words.textContent = "";
  button.after(words);
  requestAnimationFrame(() => {
    words.textContent = "The passkey did not work: it was cancelled, took too long or is not on this device. Try again, or choose another way.";
  });
});

// --- What only works with scripts is hidden until now ------------------------------------------------------------

const reveal = (scope) => scope.querySelectorAll("[data-opens][hidden], [data-theme-choice][hidden], [data-scripts][hidden]")
  .forEach((element) => { element.hidden = false; });
reveal(document);
document.addEventListener("htmx:load", (event) => reveal(event.detail.elt));

// --- Menus and dialogs -------------------------------------------------------------------------------------------

const closeMenus = (except) => document.querySelectorAll("details.wm-menu[open]").forEach((menu) => {
  if (menu !== except && !menu.contains(except)) menu.open = false;
});

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.wm-menu"));
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    closeMenus(null);
    document.getElementById(opener.dataset.opens)?.showModal();
  }
  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog")?.close();
  // A click on the veil beside a dialog closes it, except the one that waits for an answer.
  if (event.target instanceof HTMLDialogElement && event.target.id !== "wm-idle") event.target.close();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details.wm-menu[open]") ?? document.querySelector("details.wm-menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("focusin", (event) => {
  document.querySelectorAll("details.wm-menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});

// --- Colours -----------------------------------------------------------------------------------------------------

const showTheme = () => document.querySelectorAll("[data-theme-choice] [data-theme]").forEach((button) => {
  button.setAttribute("aria-pressed", String(button.dataset.theme === (root.dataset.bsTheme ?? "")));
});
showTheme();
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-choice] [data-theme]");
  if (!button) return;
  if (button.dataset.theme) root.dataset.bsTheme = button.dataset.theme;
  else delete root.dataset.bsTheme;
  setCookie("waymark_theme", button.dataset.theme);
  showTheme();
});

// --- Keys --------------------------------------------------------------------------------------------------------

const WAIT_FOR_SECOND_KEY = 1200;
let first = "";
let firstTimer = 0;

const typing = (target) => target.closest?.(
  "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable=true]",
);
const keysAreOn = () => cookie("waymark_keys") !== "off";

const keySwitch = document.querySelector("[data-keys-switch]");
if (keySwitch) {
  keySwitch.checked = keysAreOn();
  keySwitch.addEventListener("change", () => setCookie("waymark_keys", keySwitch.checked ? "" : "off"));
}

const press = (keys) => {
  const target = [...document.querySelectorAll("[data-key]")].find((element) => element.dataset.key === keys);
  if (!target) return false;
  if (target.matches("input, textarea, select")) {
    target.focus();
    target.select?.();
  } else {
    target.click();
  }
  return true;
};

const startsSomething = (key) => document.querySelector(`[data-key^="${CSS.escape(key)} "]`) !== null;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
  if (!keysAreOn() || typing(event.target) || event.target.closest?.("[data-own-keys]")) return;
  if (event.key === "b" || blanked()) {
    if (event.key === "b") toggleBlank();
    event.preventDefault();
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    document.getElementById("wm-keys")?.showModal();
    event.preventDefault();
    return;
  }
  const keys = first ? `${first} ${event.key}` : event.key;
  clearTimeout(firstTimer);
  if (press(keys)) {
    first = "";
    event.preventDefault();
  } else if (!first && startsSomething(event.key)) {
    first = event.key;
    firstTimer = setTimeout(() => { first = ""; }, WAIT_FOR_SECOND_KEY);
  } else {
    first = "";
  }
});

// --- The blank page (a projector is on) --------------------------------------------------------------------------

const blank = document.getElementById("wm-blank");
const blanked = () => Boolean(blank && !blank.hidden);
let focusBefore = null;

function toggleBlank() {
  if (!blank) return;
  const show = blank.hidden;
  if (show) focusBefore = document.activeElement;
  blank.hidden = !show;
  for (const element of body.children) if (element !== blank) element.inert = show;
  if (show) blank.focus();
  else focusBefore?.focus?.();
}

blank?.addEventListener("click", toggleBlank);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && blanked()) toggleBlank();
});

// --- A tap was heard ---------------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.target || link.hasAttribute("download") || link.getAttribute("href").startsWith("#") || link.origin !== location.origin) return;
  link.classList.add("wm-heard");
});
window.addEventListener("pageshow", () => document.querySelectorAll(".wm-heard").forEach((link) => link.classList.remove("wm-heard")));

// --- Signing out when nothing happens ----------------------------------------------------------------------------

const MINUTE = 60000;
const WARN_BEFORE = 2 * MINUTE;

function watchIdle() {
  const allowed = Number(body.dataset.idleMinutes) * MINUTE;
  if (!allowed) return;
  const dialog = document.getElementById("wm-idle");
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("waymark-session") : null;
  let heard = Date.now(); // when the server last heard from this session, in any tab
  let active = Date.now(); // when the person last did something here

  const reached = (tell = true) => {
    heard = Date.now();
    if (dialog.open) dialog.close();
    if (tell) channel?.postMessage("reached");
  };
  const stay = async () => {
    if (!body.dataset.stayUrl) return;
    const headers = JSON.parse(body.getAttribute("hx-headers") ?? "{}");
    try {
      const answer = await fetch(body.dataset.stayUrl, { method: "POST", headers, redirect: "manual" });
      if (answer.ok) reached();
    } catch {
      // No connection: the warning stays, and says when the session ends.
    }
  };
  let leaving = false;
  const signedOut = async () => {
    if (leaving) return;
    leaving = true;
    const next = encodeURIComponent(location.pathname + location.search);
    const waits = [];
    document.dispatchEvent(new CustomEvent("wm:keep", { detail: { until: (work) => waits.push(work) } }));
    await Promise.allSettled(waits);
    dispatchEvent(new Event("wm:leaving"));
    location.assign(`${body.dataset.signIn}?next=${next}`);
  };
  const look = () => {
    const left = heard + allowed - Date.now();
    if (left <= 0) {
      signedOut();
    } else if (active > heard && Date.now() - heard > allowed / 3) {
      stay(); // somebody is typing without loading pages
    } else if (left <= WARN_BEFORE && !dialog.open) {
      const ends = new Date(heard + allowed).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
      dialog.querySelector("[data-idle-time]").textContent = ends;
      dialog.showModal();
    }
  };

  channel?.addEventListener("message", () => reached(false));
  channel?.postMessage("reached");
  document.addEventListener("htmx:afterRequest", (event) => {
    // A part that refreshes itself is nobody doing something; the server does not count it either.
    if (!event.detail.requestConfig?.headers?.["Waymark-Poll"]) reached();
  });
  document.addEventListener("wm:reached", () => reached());
  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, () => { active = Date.now(); }, { passive: true });
  dialog.querySelector("[data-idle-stay]").addEventListener("click", stay);
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); stay(); });
  setInterval(look, 15000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
}
watchIdle();
