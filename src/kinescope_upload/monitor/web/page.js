"use strict";
// Shows what the run tells (listen.js). Every text comes from the run.

const byId = (id) => document.getElementById(id);
const here = (selector) => document.querySelector(selector);
const WIDTH = 600;
const HEIGHT = 180;
const MOST_LINES = 300; // of warnings and failures, and of the rest
let name = "";
let latest = null; // what the run told last
let isOver = false;
let isAway = false;

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Texts with commands between backticks: these are shown as code.
function sayWithCommands(element, text) {
  if (element.dataset.text === text) return;
  element.dataset.text = text;
  element.replaceChildren(
    ...text.split("`").map((part, place) => {
      if (place % 2 === 0) return document.createTextNode(part);
      const code = document.createElement("code");
      for (const word of part.split(/(?<= )/)) add(code, "span", /^-.{0,24}$/.test(word) ? "option" : "").textContent = word;
      return code;
    }),
  );
}

// Names that may break at their joints and nowhere else, where there is room.
function sayName(element, text) {
  if (element.dataset.text === text) return;
  element.dataset.text = text;
  element.replaceChildren(
    ...text.split(/(?<=[/_ ])/).flatMap((part) => [document.createTextNode(part), document.createElement("wbr")]),
  );
}

function add(parent, tag, className = "") {
  const child = document.createElement(tag);
  if (className) child.className = className;
  parent.append(child);
  return child;
}

// Keeps one child for each fact, so that what has the focus or is read aloud stays where it is.
function fill(list, facts, make, update) {
  while (list.children.length > facts.length) list.lastElementChild.remove();
  facts.forEach((fact, place) => {
    const child = list.children[place] ?? make(list);
    update(child, fact);
  });
}

function pairs(list, facts) {
  fill(
    list,
    facts,
    (parent) => {
      const pair = add(parent, "div");
      add(pair, "dt");
      add(pair, "dd");
      return pair;
    },
    (pair, [label, text]) => {
      say(pair.children[0], label);
      sayWithCommands(pair.children[1], text);
    },
  );
}

function bar(parent) {
  const made = add(parent, "progress");
  made.max = 1;
  return made;
}

function setBar(element, share, label) {
  element.value = share;
  if (element.getAttribute("aria-label") !== label) element.setAttribute("aria-label", label);
}

const percent = (share) => `${Math.floor(share * 100)} %`;

function showFiles(files) {
  byId("files").hidden = files.length === 0;
  fill(
    here("#files ul"),
    files,
    (parent) => {
      const item = add(parent, "li");
      add(item, "span", "name");
      add(item, "span", "figures");
      bar(item);
      add(item, "span", "lesson");
      return item;
    },
    (item, file) => {
      const [path, figures, share, lesson] = item.children;
      sayName(path, file.path);
      say(figures, [file.bytes, file.rate, file.left].filter(Boolean).join(" · "));
      setBar(share, file.share, file.path);
      sayName(lesson, file.lesson);
    },
  );
}

function showCourses(courses) {
  byId("courses").hidden = courses.length === 0;
  fill(
    here("#courses ul"),
    courses,
    (parent) => {
      const item = add(parent, "li");
      add(item, "span", "name");
      add(item, "span", "figures");
      bar(item);
      return item;
    },
    (item, course) => {
      const [title, figures, share] = item.children;
      sayName(title, course.course);
      say(figures, [course.lessons, course.failed, course.bytes].filter(Boolean).join(" · "));
      setBar(share, course.share, course.course);
    },
  );
}

function showReasons(section, failures, more) {
  section.hidden = failures.length === 0;
  fill(
    section.querySelector("ul"),
    failures,
    (parent) => {
      const item = add(parent, "li");
      const head = add(item, "p");
      add(head, "span", "what");
      add(head, "span");
      add(item, "p", "hint");
      return item;
    },
    (item, failure) => {
      say(item.querySelector(".what"), `${failure.lesson}: ${failure.what}: `);
      sayWithCommands(item.children[0].children[1], failure.reason);
      sayWithCommands(item.children[1], failure.hint);
    },
  );
  say(section.querySelector(".more"), more ? `and ${more} more` : "");
}

function showPlot(plot) {
  byId("rate").hidden = plot === null;
  if (plot === null) return;
  const first = plot.points[0][0];
  const span = plot.points[plot.points.length - 1][0] - first || 1;
  const path = plot.points.map(([seconds, rate], place) => {
    const x = ((seconds - first) / span) * WIDTH;
    const y = HEIGHT - (rate / plot.top) * (HEIGHT - 1);
    return `${place ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  here("#rate .line").setAttribute("d", path.join(""));
  here("#rate .area").setAttribute("d", `${path.join("")}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`);
  here("#rate svg").setAttribute("aria-label", plot.words);
  for (const [selector, texts] of [[".rates", plot.rates], [".times", plot.times]]) {
    fill(here(`#rate ${selector}`), texts, (parent) => add(parent, "span"), say);
  }
}

function showNow(now) {
  latest = now;
  isOver = now.is_over;
  byId("now").dataset.tone = now.tone;
  say(byId("status"), now.status);
  sayWithCommands(byId("detail"), now.detail);
  fill(byId("waits"), now.waits, (parent) => add(parent, "li"), sayWithCommands);
  here("#now .all").hidden = now.share === null;
  if (now.share !== null) {
    byId("all").value = now.share;
    say(byId("share"), percent(now.share));
    say(byId("bytes"), now.bytes);
  }
  document.title = [now.share === null ? "" : percent(now.share), now.status, name].filter(Boolean).join(" · ");
  pairs(byId("facts"), now.facts);
  showButtons(now.can, now.wish);
  byId("summary").hidden = now.summary.length === 0;
  pairs(here("#summary dl"), now.summary);
  showReasons(byId("failures"), now.failures, now.more_failures);
  showReasons(byId("doubts"), now.doubts, now.more_doubts);
  showFiles(now.files);
  showPlot(now.plot);
  showCourses(now.courses);
  if (isOver) leave();
}

function showButtons(can, wish) {
  if (isOver && byId("stopping").open) byId("stopping").close();
  if (isOver && here("#now .controls").contains(document.activeElement)) byId("status").focus();
  here("#now .controls").hidden = isOver;
  byId("commands").hidden = isOver;
  sayAnswer(wish);
  const hadFocus = document.activeElement;
  here(".pausing").hidden = can.resume;
  byId("resume").hidden = !can.resume;
  byId("pause").disabled = byId("for").disabled = isAway || !can.pause;
  byId("resume").disabled = isAway;
  byId("stop").disabled = isAway || !can.stop;
  // Where one of the two takes the other's place, it takes the focus as well.
  if (can.resume && here(".pausing").contains(hadFocus)) byId("resume").focus();
  if (can.pause && hadFocus === byId("resume")) byId("pause").focus();
}

function showSaid(lines) {
  if (!lines.length) return;
  const list = here("#log ol");
  byId("log").hidden = false;
  const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  const last = Number(list.dataset.last ?? 0);
  for (const line of lines.filter((one) => one.number > last)) {
    const item = add(list, "li", line.is_bad ? "bad" : "");
    add(item, "time").textContent = line.at;
    sayWithCommands(add(item, "span"), line.text);
    list.dataset.last = line.number;
  }
  for (const kind of ["li:not(.bad)", "li.bad"]) {
    const kept = list.querySelectorAll(kind);
    for (let place = 0; place < kept.length - MOST_LINES; place += 1) kept[place].remove();
  }
  if (isAtEnd) list.scrollTop = list.scrollHeight;
}

function showRun(run) {
  name = run.name;
  if (byId("where").textContent !== run.where) {
    here("#log ol").replaceChildren();
    delete here("#log ol").dataset.last;
  }
  say(byId("name"), run.name);
  say(byId("where"), run.where);
  fill(byId("commands"), run.commands, (parent) => add(parent, "li"), (item, [command, what]) =>
    sayWithCommands(item, `\`${command}\` ${what}`),
  );
}

// What is shown is old from here on: it says so itself, and nothing of it looks as if it went on.
function away(text) {
  isAway = text !== "";
  byId("away").hidden = !isAway;
  sayWithCommands(byId("away"), text);
  byId("share-page").disabled = isAway;
  if (!isAway) return;
  document.title = `? · ${name || "kupload"}`;
  for (const id of ["pause", "resume", "stop", "for"]) byId(id).disabled = true;
  byId("address").hidden = true;
  byId("now").dataset.tone = "away";
  say(byId("status"), "Not reached");
  if (latest === null) return;
  sayWithCommands(byId("detail"), `Last heard of at ${latest.at}; then it said: ${latest.status}.`);
  byId("waits").replaceChildren();
  pairs(byId("facts"), latest.facts.filter(([label]) => label !== "Rate"));
  showFiles(latest.files.map((file) => ({ ...file, rate: "", left: "" })));
}
