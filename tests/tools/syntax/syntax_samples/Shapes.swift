import Foundation
import struct Darwin.Point

let limit = 10
var names: [String: Int] = [:]
typealias Names = [String: Int]

/// Something with an area.
protocol Shape {
    var sides: Int { get }
    func area() -> Double
}

// A round one.
@MainActor
final class Circle: Base, Shape {
    let sides = 0
    private var radius: Double
    static let unit = Circle(radius: 1)

    init(radius: Double) {
        self.radius = radius
    }

    deinit {
        print("gone")
    }

    func area() -> Double {
        return Double.pi * radius * radius
    }

    subscript(index: Int) -> Int { index }
}

struct Square: Shape {
    func area() -> Double { 1 }
}

enum Colour: String {
    case red
    case blue

    func lower() -> String { rawValue }
}

extension Circle {
    func grow(by amount: Double) -> Circle { self }
}

actor Store {
    func keep() async throws {}
}

func total<S: Shape>(_ shapes: [S], limit: Int = limit) -> Double where S: Sendable {
    return shapes.prefix(limit).reduce(0) { $0 + $1.area() }
}
