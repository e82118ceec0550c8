// Before the first paint: the remembered choice, else what the system prefers.
(function () {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    let choice = null;
    try { choice = localStorage.getItem("theme"); } catch { /* storage may be forbidden */ }
    const dark = choice ? choice === "dark" : system.matches;
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    const button = document.getElementById("theme");
    if (button) button.setAttribute("aria-pressed", String(dark));
  }
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", function () {
    apply();
    document.getElementById("theme").addEventListener("click", function () {
      const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
      const same = (next === "dark") === system.matches;
      try {
        // Back to what the system says: follow it again.
        if (same) localStorage.removeItem("theme");
        else localStorage.setItem("theme", next);
      } catch { /* the choice then lasts for this page */ }
      apply();
      document.documentElement.dataset.theme = next;
      this.setAttribute("aria-pressed", String(next === "dark"));
    });
  });
})();
