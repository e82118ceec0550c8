// Menu on narrow screens, search, enlarged figures, and the section in view.
const root = document.currentScript.dataset.root;
const $ = (selector) => document.querySelector(selector);

// Menu -------------------------------------------------------------------------------------
const menu = $("#menu");
menu.addEventListener("click", () => {
  const open = document.body.classList.toggle("menu-open");
  menu.setAttribute("aria-expanded", String(open));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.body.classList.contains("menu-open")) {
    menu.click();
    menu.focus();
  }
  const typing = /^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName);
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    if (getComputedStyle(menu).display !== "none" && !document.body.classList.contains("menu-open")) menu.click();
    $("#query").focus();
  }
});

// Search: the index is a script, so that it also loads from a page opened from disk. ---------
let loading = null;
function loadIndex() {
  loading ??= window.searchIndex ? Promise.resolve() : new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = root + "/assets/search.js";
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
  return loading;
}
function fold(words) {
  return words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
function find(query) {
  const terms = fold(query).split(/\s+/).filter(Boolean);
  if (!terms.length) return [];
  const hits = [];
  for (const entry of window.searchIndex) {
    entry.foldedTitle ??= fold(entry.title);
    entry.foldedText ??= fold(entry.text);
    let score = 0;
    for (const term of terms) {
      const inTitle = entry.foldedTitle.includes(term);
      const at = entry.foldedText.indexOf(term);
      if (!inTitle && at < 0) { score = 0; break; }
      score += (inTitle ? 10 : 0) + (at >= 0 ? 1 : 0);
    }
    if (score) hits.push({ entry, score, at: entry.foldedText.indexOf(terms[0]) });
  }
  return hits.sort((a, b) => b.score - a.score).slice(0, 12);
}
function show(hits, query) {
  const results = $("#results");
  results.replaceChildren();
  if (!query.trim()) return;
  const summary = document.createElement("p");
  summary.textContent = hits.length ? `${hits.length} found` : "Nothing found";
  results.append(summary);
  for (const { entry, at } of hits) {
    const link = document.createElement("a");
    link.href = `${entry.page && `${root}/${entry.page}`}${entry.id ? "#" + entry.id : ""}`;
    const title = document.createElement("strong");
    title.textContent = entry.title;
    const words = document.createElement("span");
    const start = Math.max(0, at - 40);
    words.textContent = (start ? "… " : "") + entry.text.slice(start, start + 110) + " …";
    link.append(title, words);
    results.append(link);
  }
}
const query = $("#query");
query.addEventListener("focus", () => { loadIndex(); });
query.addEventListener("input", async () => {
  await loadIndex();
  show(find(query.value), query.value);
});
query.addEventListener("keydown", (event) => {
  if (event.key === "Escape") { query.value = ""; show([], ""); }
});
$("#search").addEventListener("submit", (event) => {
  event.preventDefault();
  $("#results a")?.click();
});

// Figures ----------------------------------------------------------------------------------
const zoom = $("#zoom");
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.lightbox, figure.figure img");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    const image = link.querySelector("img") ?? link;
    const large = zoom.querySelector("img");
    large.src = image.src;
    large.alt = image.alt;
    zoom.showModal();
  } else if (event.target === zoom || event.target.parentElement === zoom) {
    zoom.close();
  }
});

// The section in view ----------------------------------------------------------------------
const entries = new Map();
for (const link of document.querySelectorAll(".contents a")) {
  const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (heading) entries.set(heading, link);
}
if (entries.size) {
  const headings = [...entries.keys()];
  let waiting = false;
  const update = () => {
    waiting = false;
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top < 140);
    const current = passed.at(-1) ?? headings[0];
    for (const [heading, link] of entries) link.classList.toggle("here", heading === current);
  };
  addEventListener("scroll", () => {
    if (!waiting) { waiting = true; requestAnimationFrame(update); }
  }, { passive: true });
  update();
}
