#!/usr/bin/env ruby
require "set"
require_relative "helper"

LIMIT = 10

# Shapes and their areas.
module Shapes
  class Shape
    SIDES = 0
    attr_reader :name

    def area = 0
  end

  # A round one.
  class Circle < Shape
    def initialize(radius)
      @radius = radius
    end

    def area
      Math::PI * @radius**2
    end

    def self.unit
      new(1)
    end

    def big?
      area > LIMIT
    end
  end

  class Shapes::Deep; end
end

def total(shapes, limit: LIMIT)
  shapes.first(limit).sum { |shape| shape.area }
end

puts "total #{total([])}"
