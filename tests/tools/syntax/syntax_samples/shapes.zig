//! Shapes and their areas.
const std = @import("std");
const helper = @import("helper.zig");

pub const limit: usize = 10;
var count: u32 = 0;

/// A round one.
pub const Circle = struct {
    radius: f64,

    const sides = 0;

    pub fn area(self: Circle) f64 {
        return std.math.pi * self.radius * self.radius;
    }
};

const Colour = enum { red, blue };

const Number = union(enum) {
    whole: i32,

    fn double(self: Number) i32 {
        return self.whole * 2;
    }
};

const Problem = error{TooLarge};

pub fn total(comptime T: type, shapes: []const Circle) !f64 {
    var sum: f64 = 0;
    for (shapes) |shape| sum += shape.area();
    return sum + helper.zero(T);
}

test "areas add up" {
    try std.testing.expect(try total(f64, &.{}) == 0);
}
