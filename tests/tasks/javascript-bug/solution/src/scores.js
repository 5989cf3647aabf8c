// The high scores of a game.

function sortScores(scores) {
  return [...scores].sort((a, b) => b - a);
}

function topScores(scores, count) {
  return sortScores(scores).slice(0, count);
}

module.exports = { sortScores, topScores };
