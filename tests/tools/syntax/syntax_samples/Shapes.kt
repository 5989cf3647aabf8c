package shapes

import kotlin.math.PI
import kotlin.collections.*
import java.util.List as JavaList

const val LIMIT = 10
val names = mutableMapOf<String, Int>()
typealias Names = Map<String, Int>

/** Something with an area. */
interface Shape {
    val sides: Int
    fun area(): Double
}

// A round one.
@Serializable
data class Circle(val radius: Double) : Shape {
    override val sides = 0

    override fun area(): Double {
        return PI * radius * radius
    }

    companion object {
        fun unit() = Circle(1.0)
    }

    inner class Part {
        fun help() {}
    }
}

enum class Colour(val code: Int) {
    RED(1),
    BLUE(2);

    fun lower() = name.lowercase()
}

object Registry {
    fun find(name: String): Shape? = null
}

fun <T : Shape> total(shapes: List<T>, limit: Int = LIMIT): Double {
    return shapes.take(limit).sumOf { it.area() }
}

fun Circle.grow(by: Double) = Circle(radius + by)
