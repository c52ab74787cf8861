/* Dash tells nobody when the server does not answer: here its questions are watched, and a notice says so. */
(function () {
  "use strict";

  const ask = window.fetch;

  function tell(lost) {
    const notice = document.getElementById("lost");
    if (notice) notice.hidden = !lost;
  }

  window.fetch = async (...asked) => {
    const told = String(asked[0].url || asked[0]).includes("/_dash-update-component") ? tell : () => {};
    try {
      const answer = await ask(...asked);
      told(answer.status >= 500);
      return answer;
    } catch (error) {
      told(error.name !== "AbortError");
      throw error;
    }
  };
})();
