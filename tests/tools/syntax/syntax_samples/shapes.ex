defmodule Shapes do
  @moduledoc "Shapes and their areas."

  alias Shapes.{Circle, Square}
  alias Shapes.Helper, as: H
  import Enum, only: [sum: 1]
  require Logger
  use GenServer

  @limit 10

  defmodule Circle do
    defstruct radius: 1

    @type t :: %Circle{radius: number()}

    @doc "Its area."
    @spec area(t()) :: float()
    def area(%Circle{radius: radius}) do
      :math.pi() * radius * radius
    end

    defp grow(circle, by) when is_number(by), do: %{circle | radius: circle.radius + by}
  end

  # Adds areas.
  def total(shapes, limit \\ @limit) do
    shapes |> Enum.take(limit) |> Enum.map(&Circle.area/1) |> sum()
  end

  def empty, do: H.nothing("total")

  defmacro unless_empty(shapes, do: block) do
    quote do
      unless Enum.empty?(unquote(shapes)), do: unquote(block)
    end
  end

  defguard is_big(value) when value > 10
end

defprotocol Measurable do
  def measure(value)
end

defimpl Measurable, for: Shapes.Circle do
  def measure(circle), do: Shapes.Circle.area(circle)
end
