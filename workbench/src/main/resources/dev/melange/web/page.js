"use strict";
// What makes the page quicker to use. Everything works without it.
(() => {
  const byId = (id) => document.getElementById(id);
  const say = (text) => { byId("live").textContent = text; };

  // Colours change at once; the server keeps the choice.
  document.querySelectorAll("form.theme").forEach((form) => form.addEventListener("submit", (event) => {
    event.preventDefault();
    const theme = event.submitter.value;
    const fields = new FormData(form);
    fields.set("theme", theme);
    fetch(form.action, { method: "POST", headers: { "HX-Request": "true" }, body: new URLSearchParams(fields) });
    document.documentElement.dataset.theme = theme;
    form.querySelector(theme === "dark" ? ".to-light" : ".to-dark").focus();
  }));

  // Votes count at once; the answer of the server has the last word.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const button = event.target;
    if (button.matches?.("button.vote")) {
      const up = button.getAttribute("aria-pressed") !== "true";
      const count = button.querySelector(".count");
      button.setAttribute("aria-pressed", String(up));
      count.textContent = String(Number(count.textContent) + (up ? 1 : -1));
    }
  });
  for (const name of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(name, (event) => {
      const status = event.detail.xhr ? event.detail.xhr.status : 0;
      if (status === 401) {
        location.assign("/sign-in");
        return;
      }
      say("That did not work. The page is loaded again.");
      location.reload();
    });
  }

  // Queries are completed while they are typed. Searching does not depend on it, so that an answer
  // that does not come, as when the page is left meanwhile, is no error.
  const completions = byId("completions");
  let typed;
  document.querySelectorAll("input[list=completions]").forEach((input) => input.addEventListener("input", () => {
    clearTimeout(typed);
    typed = setTimeout(() => {
      const query = input.value.trim();
      if (query.length < 2 || query.length > 100) {
        return;
      }
      fetch(`/api/papers/complete?q=${encodeURIComponent(query)}`)
        .then((answer) => (answer.ok ? answer.json() : []), () => [])
        .then((found) => {
          if (input.value.trim() === query) {
            completions.replaceChildren(...found.map((text) => new Option(text, text)));
          }
        });
    }, 150);
  }));

  // Long texts open.
  const measure = () => document.querySelectorAll(".text.clamp").forEach((box) => {
    const [text, button] = box.children;
    if (button.getAttribute("aria-expanded") === "false") {
      button.hidden = text.scrollHeight <= text.clientHeight + 1;
    }
  });
  measure();
  addEventListener("resize", measure);
  document.addEventListener("click", (event) => {
    const more = event.target.closest?.("button.more");
    if (more) {
      const open = more.getAttribute("aria-expanded") !== "true";
      more.setAttribute("aria-expanded", String(open));
      more.textContent = open ? "less" : "more";
      more.parentElement.classList.toggle("open", open);
    }
  });

  // Copying.
  document.querySelectorAll("button[data-copy]").forEach((button) => {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(byId(button.dataset.copy).textContent);
      say("Copied.");
      button.textContent = "Copied";
    });
  });

  // The calendar closes like a menu.
  const calendar = document.querySelector("details.calendar");
  document.addEventListener("click", (event) => {
    if (calendar?.open && !calendar.contains(event.target)) {
      calendar.open = false;
    }
  });

  // Keys.
  const dialog = byId("keys");
  const shower = byId("show-keys");
  if (document.body.dataset.keys !== "on" || !dialog.showModal) {
    return;
  }
  shower.hidden = false;
  shower.addEventListener("click", () => dialog.showModal());

  const places = { d: "/papers", t: "/papers/trending", s: "/settings" };
  let going = false;
  const entries = () => [...document.querySelectorAll("article.entry")];
  const current = () => document.activeElement.closest?.("article.entry");
  const link = (entry) => entry?.querySelector("h2 a");

  const step = (by) => {
    const all = entries();
    const at = all.indexOf(current());
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))];
    if (next) {
      link(next).focus({ preventScroll: true });
      next.scrollIntoView({ block: "nearest" });
    }
  };
  // In a list a key acts on the paper that has the focus, on a paper's page on that paper.
  const press = (key) => {
    const place = current() ?? (document.querySelector("article.paper") || /[[\]t]/.test(key) ? document : null);
    const target = place?.querySelector(`[data-key="${CSS.escape(key)}"]`);
    target?.click();
    return Boolean(target);
  };
  const comments = () => {
    const discussion = byId("discussion");
    if (discussion) {
      discussion.scrollIntoView();
      discussion.querySelector("textarea[name=body]")?.focus({ preventScroll: true });
    } else if (current()) {
      location.assign(`${link(current()).href}#discussion`);
    }
    return true;
  };
  const acts = {
    j: () => { step(1); return true; },
    k: () => { step(-1); return true; },
    o: () => { link(current())?.click(); return true; },
    c: comments,
    t: () => press("t") || (location.assign("/papers"), true),
    "/": () => { byId("top-q").focus(); return true; },
    "?": () => { dialog.showModal(); return true; },
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "Escape") {
      if (typing) {
        typing.blur();
      }
      if (calendar?.open) {
        calendar.open = false;
        calendar.querySelector("summary").focus();
      }
      return;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || dialog.open) {
      return;
    }
    const key = event.key;
    let done;
    if (going) {
      going = false;
      done = key in places;
      if (done) {
        location.assign(places[key]);
      }
    } else if (key === "g") {
      going = true;
      setTimeout(() => { going = false; }, 1500);
      done = true;
    } else if (key in acts) {
      done = acts[key]();
    } else if (/^[usrmy[\]]$/.test(key)) {
      done = press(key);
    }
    if (done) {
      event.preventDefault();
    }
  });
})();
