package shapes;

import java.util.List;
import java.util.*;
import static java.lang.Math.PI;

/** Something with an area. */
public interface Shape {
    double area();
}

@SuppressWarnings("unused")
final class Circle extends Base implements Shape {
    static final int LIMIT = 10;
    private double radius;

    Circle(double radius) {
        this.radius = radius;
    }

    // Its area.
    @Override
    public double area() {
        return PI * radius * radius;
    }

    static class Builder {
        Circle build() {
            return new Circle(1);
        }
    }
}

enum Colour {
    RED,
    BLUE;

    String lower() {
        return name().toLowerCase();
    }
}

record Point(int x, int y) {
    static double total(List<Shape> shapes, int limit) throws Exception {
        return shapes.stream().mapToDouble(Shape::area).sum();
    }
}

@interface Marked {
    String value();
}
