// Prices as text for the shop window.

function formatPrice(price, currency = "") {
  if (!price) {
    return "unknown";
  }
  return price.toFixed(2) + (currency ? " " + currency : "");
}

function formatList(goods) {
  return goods.map((good) => `${good.name}: ${formatPrice(good.price)}`).join("\n");
}

module.exports = { formatPrice, formatList };
