// Forms: pressed once, drafts kept on the server, nothing typed is lost, and parts that HTMX swaps in.

const say = (words) => document.dispatchEvent(new CustomEvent("wm:say", { detail: words }));
const toast = (words) => document.dispatchEvent(new CustomEvent("wm:toast", { detail: { words } }));

// --- A button is pressed once ------------------------------------------------------------------------------------

const DOWNLOAD_TAKES = 8000; // a form that answers with a file leaves the page standing; let its button come back

/** Signing in again in another tab changes the token; the cookie knows the present one. */
function freshToken(form) {
  const field = form.elements.namedItem("csrfmiddlewaretoken");
  const now = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  if (field && now) field.value = now;
}

const buttonsOf = (form) => [...form.elements].filter((element) => element.matches("button:not([type=button]), input[type=submit]"));

function hold(form, submitter) {
  form.dataset.sent = "yes";
  for (const button of buttonsOf(form)) {
    if (!button.disabled) {
      button.disabled = true;
      button.dataset.held = "yes";
    }
  }
  submitter?.setAttribute("aria-busy", "true");
}

function release(form) {
  delete form.dataset.sent;
  for (const button of buttonsOf(form)) {
    if (button.dataset.held) {
      button.disabled = false;
      delete button.dataset.held;
    }
    button.removeAttribute("aria-busy");
  }
}

const byHtmx = (form, submitter) => ["hx-post", "hx-put", "hx-patch", "hx-delete", "hx-get"]
  .some((name) => form.hasAttribute(name) || submitter?.hasAttribute(name));

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("data-again")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  freshToken(form);
  if (event.defaultPrevented || byHtmx(form, event.submitter)) return;
  // After the browser has collected what to send, or the pressed button's own value would be left out.
  setTimeout(() => hold(form, event.submitter), 0);
  setTimeout(() => release(form), DOWNLOAD_TAKES);
});

window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
/** A part that asks while somebody types sends nothing of theirs off, so it leaves the buttons alone: a click would be lost. */
const formOf = (element) => (element.closest("[data-beside]") ? null : element.closest("form"));

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = formOf(event.detail.elt);
  if (!form || event.detail.requestConfig.verb === "get") return;
  if (form.dataset.sent) event.preventDefault();
  else hold(form, event.detail.requestConfig.triggeringEvent?.submitter);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = formOf(event.detail.elt);
  if (form) release(form);
});

// --- Leaving with something unsaved ------------------------------------------------------------------------------

const unsaved = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.hasAttribute("data-unsaved")) unsaved.add(form);
});
document.addEventListener("submit", (event) => unsaved.delete(event.target));
document.addEventListener("wm:saved", (event) => unsaved.delete(event.target));
window.addEventListener("wm:leaving", () => unsaved.clear());
window.addEventListener("beforeunload", (event) => {
  const losing = [...unsaved].some((form) => form.isConnected);
  if (losing) event.preventDefault();
});

// --- Signed out while something is typed -------------------------------------------------------------------------

const typed = new Set(); // forms with something typed that the server does not have

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.method === "post" && form.elements.namedItem("page_for")) typed.add(form);
});
document.addEventListener("submit", (event) => typed.delete(event.target));
document.addEventListener("wm:saved", (event) => typed.delete(event.target));

/** Send ahead what is typed, to be kept for its writer, because the page must leave for the sign-in page. */
async function keepTyped(except) {
  const forms = [...typed].filter((form) => form.isConnected && form !== except);
  typed.clear();
  await Promise.allSettled(forms.map((form) => {
    freshToken(form);
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    return fetch(form.getAttribute("action") || location.href, {
      method: "POST",
      body: data,
      redirect: "manual",
      signal: AbortSignal.timeout(5000),
      headers: { "Waymark-Keep": "1", "X-CSRFToken": data.get("csrfmiddlewaretoken") ?? "" },
    });
  }));
}

// The frame asks for it before it leaves; an answer that sends the whole page elsewhere waits for it too.
document.addEventListener("wm:keep", (event) => event.detail.until(keepTyped()));
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const elsewhere = event.detail.xhr.getResponseHeader("HX-Redirect");
  const sent = event.detail.elt.matches("form") ? event.detail.elt : null;
  if (!elsewhere || ![...typed].some((form) => form !== sent)) return;
  event.preventDefault();
  keepTyped(sent).finally(() => {
    unsaved.clear();
    location.assign(elsewhere);
  });
});

// --- Drafts ------------------------------------------------------------------------------------------------------

const DRAFT_WAIT = 1500;
const RETRY_FIRST = 4000;
const RETRY_LONGEST = 60000;

class Draft {
  constructor(form) {
    this.form = form;
    this.state = form.querySelector("[data-draft-state]");
    this.timer = 0;
    this.retry = RETRY_FIRST;
    this.sending = false;
    this.again = false;
    form.addEventListener("input", () => this.typed());
    form.addEventListener("change", () => this.typed());
    form.addEventListener("submit", () => this.stop());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden && unsaved.has(form) && !form.dataset.sent) this.send();
    });
  }

  typed() {
    if (this.form.dataset.sent) return;
    unsaved.add(this.form);
    this.later(DRAFT_WAIT);
  }

  later(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), wait);
  }

  stop() {
    clearTimeout(this.timer);
    this.stopped = true;
    setTimeout(() => { this.stopped = false; }, DOWNLOAD_TAKES);
  }

  show(words, state) {
    if (!this.state) return;
    this.state.textContent = words;
    this.state.dataset.state = state;
  }

  async send() {
    clearTimeout(this.timer);
    if (this.stopped || !this.form.isConnected) return;
    if (this.sending) {
      this.again = true;
      return;
    }
    this.sending = true;
    this.again = false;
    freshToken(this.form);
    const data = new FormData(this.form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    try {
      const answer = await fetch(this.form.dataset.draftUrl, {
        method: "POST",
        body: data,
        redirect: "manual",
        keepalive: true,
        headers: { "X-CSRFToken": data.get("csrfmiddlewaretoken") ?? "", Accept: "application/json", "Waymark-Draft": "1" },
      });
      if (!answer.ok) throw answer;
      await this.kept(answer);
    } catch (problem) {
      this.lost(problem);
    } finally {
      this.sending = false;
      if (this.again) this.later(DRAFT_WAIT);
    }
  }

  async kept(answer) {
    this.retry = RETRY_FIRST;
    if (!this.again) {
      unsaved.delete(this.form);
      typed.delete(this.form);
    }
    const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    const clock = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    this.show(`Draft saved ${told.saved_at ?? clock}`, "saved");
    if (told.version) {
      const version = this.form.elements.namedItem("draft_version");
      if (version) version.value = told.version;
    }
    const others = this.form.querySelector("[data-draft-others]");
    if (others) others.hidden = !told.others;
    document.dispatchEvent(new Event("wm:reached"));
  }

  lost(problem) {
    const signedOut = problem instanceof Response && (problem.type === "opaqueredirect" || problem.status === 401 || problem.status === 403);
    if (signedOut) {
      this.show("Not saved: you have been signed out. Sign in in another tab, then type on here.", "failed");
    } else {
      this.show("Not saved yet. Trying again.", "failed");
    }
    if (this.retry === RETRY_FIRST) say(this.state?.textContent ?? "");
    this.later(this.retry);
    this.retry = Math.min(this.retry * 2, RETRY_LONGEST);
  }
}

const drafts = new WeakMap();
function watchDrafts(scope) {
  const forms = [...scope.querySelectorAll("form[data-draft-url]")];
  if (scope.matches?.("form[data-draft-url]")) forms.push(scope);
  for (const form of forms) if (!drafts.has(form)) drafts.set(form, new Draft(form));
}

// --- Small helps in forms ----------------------------------------------------------------------------------------

/**
 * Ask once before something that can't be taken back: <button data-ask="End this plan for Ana? …">.
 * Where ticks choose what it is done to, `data-ask-ticked` asks about some of them, with their number for “{n}”.
 */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-ask]");
  if (button && !window.confirm(question(button))) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, true);

function question(button) {
  const ticks = [...(button.closest("[data-ticks]")?.querySelectorAll("[data-tick]") ?? [])];
  const ticked = ticks.filter((tick) => tick.checked).length;
  if (!button.dataset.askTicked || ticked === 0 || ticked === ticks.length) return button.dataset.ask;
  return button.dataset.askTicked.replace("{n}", ticked);
}

/** Send a filter form as soon as something is chosen: <form data-send-on-change>; its button is for scripts off. */
document.addEventListener("change", (event) => {
  if (event.target.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) {
    event.target.closest("form[data-send-on-change]")?.requestSubmit();
  }
});

/** A link of the error summary puts the focus into the field it names. */
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-error-summary] a[href^='#']");
  const field = link && document.getElementById(link.getAttribute("href").slice(1));
  if (!field) return;
  event.preventDefault();
  const fold = field.closest("details:not([open])");
  if (fold) fold.open = true;
  (field.matches("input, select, textarea") ? field : field.querySelector("input, select, textarea") ?? field).focus();
});

// --- Parts that HTMX swaps ---------------------------------------------------------------------------------------

/** Where the focus goes after a swap: what asks for it, the faults, or the part's heading if the focus was lost. */
function settleFocus(target) {
  const wanted = target.querySelector("[data-error-summary], [data-focus]") ?? (target.matches("[data-error-summary], [data-focus]") ? target : null);
  if (wanted) {
    wanted.focus();
    return;
  }
  if (document.activeElement && document.activeElement !== document.body) return;
  const heading = target.querySelector("h1, h2, h3") ?? target;
  if (!heading.hasAttribute("tabindex")) heading.setAttribute("tabindex", "-1");
  heading.focus({ preventScroll: true });
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.requestConfig?.verb) settleFocus(event.detail.elt.isConnected ? event.detail.elt : event.detail.target);
});
document.addEventListener("htmx:load", (event) => watchDrafts(event.detail.elt));
// What is known about the saving when something broke: what the server says of it, or that nobody can tell.
const SAVED = {
  nothing: "Nothing was being saved. Try again in a minute.",
  taken_back: "It was not saved. Try again in a minute.",
  unknown: "Waymark can’t tell whether it was saved. Look whether it is there before you send it again.",
};
const known = (event) => SAVED[event.detail.requestConfig?.verb === "get" ? "nothing" : "unknown"];
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (status < 500) {
    toast(status === 403 ? "You may not do that. Nothing was changed." : "That was not possible. Load the page again.");
    return;
  }
  const reference = event.detail.xhr.getResponseHeader("Waymark-Reference");
  const said = SAVED[event.detail.xhr.getResponseHeader("Waymark-Saved")] ?? known(event);
  toast(`Something went wrong. ${said}${reference ? ` Reference ${reference}.` : ""}`);
});
document.addEventListener("htmx:sendError", (event) => toast(`There is no connection. ${known(event)}`));
document.addEventListener("htmx:timeout", (event) => toast(`That took too long. ${known(event)}`));

watchDrafts(document);
// What was typed before somebody was signed out stands in its form again, and is not saved.
for (const form of document.querySelectorAll("form[data-refilled]")) {
  unsaved.add(form);
  typed.add(form);
}
document.querySelector("main [data-kept]")?.focus();
const summary = document.querySelector("main [data-error-summary]");
if (!summary?.closest(".wm-guide")) summary?.focus();

// --- What a form answers ------------------------------------------------------------------------------------------

/** Open reasons are ticked as the form's fields say what it is about; what the person ticked or unticked stays. */
function followSubject(box, form) {
  const { always, fields } = JSON.parse(box.dataset.follows);
  const about = new Set([...always, ...Object.entries(fields).flatMap(([name, values]) => values[form.elements.namedItem(name)?.value] ?? [])]);
  for (const tick of box.querySelectorAll("[data-about]")) {
    if (!tick.dataset.touched && !tick.defaultChecked) tick.checked = about.has(tick.dataset.about);
  }
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-about]")) event.target.dataset.touched = "yes";
  const form = event.target.form;
  const box = form?.querySelector("[data-follows]");
  if (box && event.target.name in JSON.parse(box.dataset.follows).fields) followSubject(box, form);
});
