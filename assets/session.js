// A page whose session has ended goes to the log-in page instead of failing silently.
(function () {
  const ask = window.fetch;
  window.fetch = async function (...request) {
    const answer = await ask.apply(this, request);
    if (!new URL(answer.url, location).pathname.startsWith("/_")) return answer;
    if (answer.status === 401) {
      location.assign("/login?next=" + encodeURIComponent(location.pathname + location.search));
      return new Promise(() => {});
    }
    return answer;
  };
})();
