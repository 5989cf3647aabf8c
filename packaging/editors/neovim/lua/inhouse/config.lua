--- The options of setup(), their defaults, and what is wrong with those that were given.
local M = {}

M.defaults = {
  -- The program and words before its command.
  command = { "inhouse" },
  -- Another model than the setting of inhouse names; a server that is asked instead of the engine.
  model = nil,
  endpoint = nil,
  -- Gives the folder that a conversation and a completion belong to.
  root = function()
    return vim.fn.getcwd()
  end,
  chat = {
    -- "right", "left", "bottom", "tab", or "auto": right where there are 120 columns, else bottom.
    position = "auto",
    -- Part of the screen, or from 2 on so many columns and lines.
    width = 0.4,
    height = 0.6,
    prompt_height = 4,
    -- "plan", "ask", "auto-edit" or "yolo"; nil for what inhouse is set to.
    mode = nil,
    -- Keys in the windows of the conversation; false for none.
    keys = {
      send = "<CR>",
      send_insert = "<C-s>",
      cancel = "<C-c>",
      next_mode = "<S-Tab>",
      jump = "<CR>",
      next_turn = "]]",
      previous_turn = "[[",
      close = "q",
      help = "g?",
    },
  },
  edit = {
    -- Keys while a change is shown; false for none.
    keys = { accept = "<CR>", reject = "q" },
  },
  complete = {
    -- Propose text while you type.
    enabled = true,
    -- By file type; "*" is for all others.
    filetypes = { ["*"] = true, help = false, gitcommit = true, gitrebase = false },
    debounce = 75,
    max_tokens = 64,
    -- Milliseconds after which what there is is shown.
    budget = 2000,
    -- "block", "line" or "any".
    extent = "block",
    -- How many texts there are to choose from, once you ask for another one.
    candidates = 3,
    -- Other open files that the model sees, and bytes of each.
    files = 8,
    file_bytes = 16000,
    -- Larger files get no proposals.
    most_bytes = 1000000,
    -- Keys that hold only while a proposal shows; false for none.
    keys = {
      accept = "<Tab>",
      accept_line = false,
      accept_word = false,
      next = false,
      previous = false,
      dismiss = false,
    },
  },
}

local CHOICES = {
  ["chat.position"] = { "auto", "right", "left", "bottom", "tab" },
  ["chat.mode"] = { "plan", "ask", "auto-edit", "yolo" },
  ["complete.extent"] = { "block", "line", "any" },
}
-- Options that have no default, or that take several types.
local TYPES = {
  command = { "table", "string" },
  model = { "string" },
  endpoint = { "string" },
  ["chat.mode"] = { "string" },
}

local current = vim.deepcopy(M.defaults)

--- The options that hold.
function M.get()
  return current
end

local function check(given, defaults, path, problems)
  for name, value in pairs(given) do
    local full = path == "" and tostring(name) or path .. "." .. tostring(name)
    local default = defaults[name]
    local types = TYPES[full] or { type(default) }
    local choices = CHOICES[full]
    if default == nil and not TYPES[full] then
      table.insert(problems, ("There is no option %s."):format(full))
    elseif path:match("%.?keys$") then
      if value ~= false and type(value) ~= "string" then
        table.insert(problems, ('%s is a key such as "<Tab>", or false.'):format(full))
      end
    elseif not vim.tbl_contains(types, type(value)) then
      local wanted = table.concat(types, " or ")
      table.insert(problems, ("%s is a %s, not a %s."):format(full, wanted, type(value)))
    elseif choices and not vim.tbl_contains(choices, value) then
      table.insert(problems, ("%s is one of %s."):format(full, table.concat(choices, ", ")))
    elseif type(value) == "table" and full ~= "command" and full ~= "complete.filetypes" then
      check(value, default, full, problems)
    end
  end
end

--- Take the options of a person over the defaults. Gives sentences on what is wrong; then nothing
--- is taken.
function M.set(given)
  local problems = {}
  if type(given) ~= "table" then
    return { "setup() takes a table of options." }
  end
  check(given, M.defaults, "", problems)
  if #problems == 0 then
    local options = vim.tbl_deep_extend("force", vim.deepcopy(M.defaults), given)
    if type(options.command) == "string" then
      options.command = { options.command }
    else
      options.command = given.command or options.command
    end
    current = options
  end
  return problems
end

--- The words that start a command of inhouse.
function M.command(name, ...)
  local words = vim.list_extend({}, current.command)
  vim.list_extend(words, { name, ... })
  if current.model then
    vim.list_extend(words, { name == "commit" and "--model" or "-m", current.model })
  end
  if current.endpoint then
    vim.list_extend(words, { "--endpoint", current.endpoint })
  end
  return words
end

--- The folder that is worked in.
function M.root()
  local root = vim.fn.fnamemodify(current.root(), ":p")
  return (vim.loop.fs_realpath(root) or root):gsub("(.)/$", "%1")
end

return M
