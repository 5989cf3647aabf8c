--- What differs between the versions of Neovim from 0.7 on.
local M = {}

--- Whether text can be drawn between the characters of a line, which moves the rest of it.
function M.has_inline()
  return vim.fn.has("nvim-0.10") == 1
end

--- Whether a window can have a bar of its own at its top.
function M.has_winbar()
  return vim.fn.exists("&winbar") == 1
end

--- Set options of one window, and of no other that is opened from it.
function M.set_window(window, options)
  vim.api.nvim_win_call(window, function()
    for name, value in pairs(options) do
      vim.opt_local[name] = value
    end
  end)
end

--- The unified diff of two texts, without a head.
function M.diff(old, new, options)
  local compare = vim.text and vim.text.diff or vim.diff
  return compare(old, new, options or {})
end

--- What a health report is written with.
function M.health()
  local health = vim.health
  if not health or not (health.start or health.report_start) then
    health = require("health")
  end
  return {
    start = health.start or health.report_start,
    ok = health.ok or health.report_ok,
    warn = health.warn or health.report_warn,
    error = health.error or health.report_error,
    info = health.info or health.report_info,
  }
end

return M
