"use strict";
// Hears what the run tells by server-sent events, and sends what the buttons want.

const SECOND = 1000;
const PATIENCE = 8 * SECOND; // for an answer to a button
const LONGEST_WISH = 15 * SECOND; // a run does what it is told within two seconds
const FAILED_SHOWN = 20 * SECOND;
// One page of a browser listens to the run and tells the others: a browser has six connections to a host.
const others = navigator.locks && window.BroadcastChannel ? new BroadcastChannel("kupload") : null;
let stream = null;
let leads = false;
let release = () => {};
let queued = null;
let wanted = null; // the number of the wish that is not answered yet, what is said when it is, and until when to wait
let forgetAt = 0; // when what did not work is no news any more

function leave() {
  stream?.close();
  stream = null;
  byId("share-page").hidden = isOver;
  if (isOver) release();
}

const show = {
  run: showRun,
  said: showSaid,
  now: (now) => {
    if (isAway) away("");
    showNow(now);
  },
  away,
};

function tell(kind, facts) {
  others?.postMessage({ kind, facts });
  show[kind](facts);
}

// A page that nobody sees hears of the run less often, and of its end at once.
function listen() {
  leave();
  if (isOver) return;
  const heard = new EventSource(`/events?after=${here("#log ol").dataset.last ?? 0}${document.hidden ? "&slow=1" : ""}`);
  stream = heard;
  for (const kind of ["run", "said", "now"]) {
    heard.addEventListener(kind, (event) => heard === stream && tell(kind, JSON.parse(event.data)));
  }
  heard.addEventListener("error", () => {
    if (isOver || heard !== stream) return;
    const old = latest ? ` It was last heard of at ${latest.at}; what is below is how it was then.` : "";
    if (heard.readyState === EventSource.CLOSED) {
      leave();
      tell("away", `This is the page of another run now: open the address that it printed.${old}`);
    } else if (!isAway) {
      tell("away", `The run cannot be reached: it has ended, or its machine sleeps.${old} Trying again; \`kupload --status\` on the terminal says more.`);
    }
  });
  if (document.hidden) others?.postMessage({ kind: "lead" });
}

// Becomes the page that listens: now, or when the one that does so is closed.
function lead(now) {
  if (!others) return listen();
  queued?.abort();
  queued = now ? null : new AbortController();
  let isMine = false;
  const hold = () => {
    isMine = leads = true;
    listen();
    return new Promise((resolve) => (release = resolve));
  };
  navigator.locks.request("kupload", now ? { steal: true } : { signal: queued.signal }, hold).catch(() => {
    if (!isMine) return;
    leads = false;
    leave();
    if (!isOver) lead(false);
  });
}

others?.addEventListener("message", ({ data }) => {
  if (isOver) return;
  if (data.kind !== "lead") show[data.kind](data.facts);
  else if (!leads && !document.hidden) lead(true);
});

function sayAnswer(wish) {
  if (wanted && wish >= wanted.number) {
    sayWithCommands(byId("answer"), wanted.answer);
    wanted = null;
  } else if (wanted && Date.now() > wanted.until) {
    fail("The run has not answered yet; it may still do it.");
    wanted = null;
  }
  if (forgetAt && Date.now() > forgetAt) {
    sayWithCommands(byId("answer"), "");
    forgetAt = 0;
  }
}

function fail(text) {
  sayWithCommands(byId("answer"), text);
  forgetAt = Date.now() + FAILED_SHOWN;
}

async function ask(what, path, body) {
  let answer = null;
  try {
    answer = await fetch(path, { method: "POST", body: JSON.stringify(body ?? {}), signal: AbortSignal.timeout(PATIENCE) });
    const said = await answer.json();
    if (answer.ok) return said;
    fail(`${what} did not work: ${said.error}`);
  } catch {
    const why = answer ? "the run's answer could not be read" : "the run gave no answer";
    fail(`${what} did not work: ${why}. \`kupload --status\` on the terminal says more.`);
  }
  return null;
}

async function wish(what, path, body, meanwhile, answer) {
  forgetAt = 0;
  sayWithCommands(byId("answer"), meanwhile);
  const said = await ask(what, path, body);
  if (said) wanted = { number: said.wish, answer, until: Date.now() + LONGEST_WISH };
}

byId("pause").addEventListener("click", () =>
  wish("Pause", "/pause", { seconds: Number(byId("for").value) || null }, "Pausing…", "Paused; every upload keeps its bytes."),
);
byId("resume").addEventListener("click", () => wish("Resume", "/resume", null, "Going on…", "The run goes on."));
byId("stop").addEventListener("click", () => byId("stopping").showModal());
byId("keep").addEventListener("click", () => byId("stopping").close());
byId("really").addEventListener("click", () => {
  byId("stopping").close();
  wish("Stop", "/stop", null, "Stopping…", "Stopping…");
});
byId("share-page").addEventListener("click", async () => {
  const said = await ask("The address", "/address");
  if (!said) return;
  byId("address").value = said.address;
  byId("address").hidden = false;
  byId("address").focus();
  byId("address").select();
});
document.addEventListener("visibilitychange", () => {
  if (isOver) return;
  if (leads || !others) listen();
  else if (!document.hidden) lead(true);
});
lead(true);
