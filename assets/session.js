// A page whose session has ended goes to the log-in page instead of failing silently.
(function () {
  const ask = window.fetch;
  let isLeaving = false; // logging out leads there by itself

  window.fetch = async function (...request) {
    if (isLeaving) return new Promise(() => {});
    const answer = await ask.apply(this, request);
    if (!new URL(answer.url, location).pathname.startsWith("/_")) return answer;
    if (answer.status === 401) {
      if (!isLeaving) location.assign("/login?next=" + encodeURIComponent(location.pathname + location.search));
      return new Promise(() => {});
    }
    return answer;
  };

  document.addEventListener("submit", ({ target }) => {
    isLeaving = new URL(target.action).pathname === "/logout";
  });
})();
