using System;
using System.Collections.Generic;
using Alias = System.Text.StringBuilder;

namespace Shapes.Core
{
    /// <summary>Something with an area.</summary>
    public interface IShape
    {
        double Area();
        string Name { get; }
    }

    [Serializable]
    public sealed class Circle : Base, IShape
    {
        public const int Limit = 10;
        private readonly double radius;
        public string Name { get; set; } = "Circle";
        public event EventHandler Changed;

        public Circle(double radius) : base()
        {
            this.radius = radius;
        }

        // Its area.
        public double Area() => Math.PI * radius * radius;

        public static bool operator ==(Circle a, Circle b) => a.radius == b.radius;

        private class Inner
        {
            void Help<T>(T value) where T : IShape { }
        }
    }

    public struct Point
    {
        public int X;
    }

    public enum Colour { Red, Blue }

    public record Person(string First, int Age);

    public delegate double Measure(IShape shape);

    public static class Tools
    {
        public static double Total(IEnumerable<IShape> shapes, int limit = Circle.Limit)
        {
            double Add(double sum, IShape shape) => sum + shape.Area();
            return Add(0, new Circle(1));
        }
    }
}
