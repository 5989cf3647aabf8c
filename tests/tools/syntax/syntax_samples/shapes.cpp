#include "shapes.h"
#include <vector>

namespace shapes {
namespace detail {
constexpr int limit = 10;
}  // namespace detail

class Shape {
public:
    virtual ~Shape() = default;
    virtual double area() const = 0;
    double twice() const { return 2 * area(); }
};

// A round one.
template <typename T>
class Circle final : public Shape {
public:
    explicit Circle(T radius) : radius_(radius) {}
    double area() const override;
    bool operator==(const Circle &other) const { return radius_ == other.radius_; }

private:
    T radius_;
};

template <typename T>
double Circle<T>::area() const {
    return 3.14 * radius_ * radius_;
}

enum class Colour : int { Red, Blue };
using Numbers = std::vector<double>;
typedef int Count;

Shape *Factory::make(const std::string &name) {
    return nullptr;
}

std::ostream &operator<<(std::ostream &out, const Shape &shape) {
    return out << "area" << shape.area();
}

template <typename T>
T total(const std::vector<T> &shapes, int limit = detail::limit)
{
    auto add = [](T sum, T each) { return sum + each; };
    return add(shapes[0], limit);
}

}  // namespace shapes

static int count = 0;

int main(int argc, char **argv) {
    return shapes::total<int>({}, argc);
}
