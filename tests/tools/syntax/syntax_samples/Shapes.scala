package shapes

import scala.math.Pi
import scala.collection.{mutable, Map => Dictionary}
import java.util._

// Something with an area.
trait Shape {
  def area: Double
}

@deprecated
final case class Circle(radius: Double) extends Base with Shape {
  val sides = 0
  var grown: Boolean = false
  override def area: Double = Pi * radius * radius

  class Part {
    def help(): Unit = ()
  }
}

object Circle {
  val Limit = 10
  type Names = Map[String, Int]
  def unit: Circle = new Circle(1)
}

enum Colour {
  case Red, Blue
  def lower: String = toString
}

object Main extends App {
  def total[S <: Shape](shapes: Seq[S], limit: Int = Circle.Limit): Double = {
    def add(sum: Double, shape: S) = sum + shape.area
    shapes.take(limit).foldLeft(0.0)(add)
  }
}
