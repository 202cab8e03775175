// Answers come in the order of their questions. Dash drops an overtaken answer, but not of a callback with ALL among its
// outputs: there the slowest would win, and a form would say what was wrong a while ago.
(function () {
  const ask = window.fetch;
  const answers = new Map(); // by output: the newest question's, once it is there
  const output = ({ body } = {}) => typeof body === "string" && /^{"output":"((?:[^"\\]|\\.)*\[\\"ALL\\"\](?:[^"\\]|\\.)*)"/.exec(body)?.[1];

  async function after(before, asked) {
    const [answer] = await Promise.all([asked, before]);
    const text = (await answer.text()) || null; // whole: it is read at once then
    return Object.defineProperty(new Response(text, answer), "url", { value: answer.url });
  }

  window.fetch = function (...request) {
    const key = output(request[1]);
    if (!key) return ask.apply(this, request);
    const answer = after(answers.get(key), ask.apply(this, request));
    answers.set(key, answer.catch(() => {})); // one that never comes keeps no other waiting
    return answer;
  };
})();
