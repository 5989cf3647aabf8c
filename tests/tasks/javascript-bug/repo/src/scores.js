// The high scores of a game.

function sortScores(scores) {
  return [...scores].sort().reverse();
}

function topScores(scores, count) {
  return sortScores(scores).slice(0, count);
}

module.exports = { sortScores, topScores };
