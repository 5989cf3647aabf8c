// Package shapes knows areas.
package shapes

import (
	"fmt"
	renamed "math"
)

import "os"

const Limit = 10

const (
	First = iota
	Second
)

var (
	names   = map[string]int{}
	problem error
)

// Shape has an area.
type Shape interface {
	Area() float64
}

type (
	Circle struct {
		Radius float64
	}
	Number = float64
)

// Area is its area.
func (c *Circle) Area() float64 {
	return renamed.Pi * c.Radius * c.Radius
}

func (l List[T]) Len() int { return len(l.items) }

type List[T any] struct{ items []T }

func Total(shapes []Shape, limit int) (sum float64, err error) {
	for _, shape := range shapes[:limit] {
		sum += shape.Area()
	}
	fmt.Fprintln(os.Stderr, "Total")
	return sum, problem
}
