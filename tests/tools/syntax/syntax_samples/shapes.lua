local json = require("json")
local util = require "lib.util"

local LIMIT = 10
NAME = "circle"

local Circle = {}
Circle.__index = Circle

-- Makes one.
function Circle.new(radius)
  return setmetatable({ radius = radius }, Circle)
end

function Circle:area()
  return math.pi * self.radius ^ 2
end

local function add(sum, shape)
  return sum + shape:area()
end

function total(shapes, limit)
  local sum = 0
  for _, shape in ipairs(shapes) do
    sum = add(sum, shape)
  end
  return sum
end

local show = function(shape)
  return json.encode(shape), util
end

Circle.grow = function(self, by)
  return self.radius + by
end

local handlers = {
  open = function(path) return path end,
  limit = LIMIT,
}

return Circle
