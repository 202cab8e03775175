// A page whose session has ended goes to the log-in page instead of failing silently; with something unsaved it stays,
// and says so until somebody has logged in in another tab.
(function () {
  const ask = window.fetch;
  let isLeaving = false; // logging out leads there by itself

  function tell(isOut) {
    const banner = document.getElementById("signed-out");
    if (!banner || banner.hidden !== isOut) return;
    banner.hidden = !isOut;
    document.getElementById("app").classList.toggle("has-banner", isOut);
  }

  function leave() {
    if (window.portalForms?.hasUnsaved()) tell(true);
    else location.assign("/login?next=" + encodeURIComponent(location.pathname + location.search));
  }

  window.fetch = async function (...request) {
    if (isLeaving) return new Promise(() => {});
    const answer = await ask.apply(this, request);
    if (!new URL(answer.url, location).pathname.startsWith("/_")) return answer;
    if (answer.status === 401) {
      if (!isLeaving) leave();
      return new Promise(() => {});
    }
    tell(false);
    return answer;
  };

  document.addEventListener("submit", (event) => {
    if (new URL(event.target.action).pathname !== "/logout") return;
    isLeaving = window.portalForms?.mayLeave() ?? true;
    if (!isLeaving) event.preventDefault();
  });
})();
