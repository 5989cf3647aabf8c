open Printf
open Base.List
module Names = Map.Make (String)

(* The most. *)
let limit = 10

type colour =
  | Red
  | Blue

type shape = { radius : float; colour : colour }

and other = int

exception Too_large of string

module type Measurable = sig
  type t
  val area : t -> float
end

module Circle = struct
  type t = shape

  (** Its area. *)
  let area shape = Float.pi *. shape.radius *. shape.radius
end

class counter start =
  object
    val mutable count = start
    method next = count <- count + 1
  end

external now : unit -> float = "caml_now"

let rec total shapes limit =
  let add sum shape = sum +. Circle.area shape in
  match shapes with
  | [] -> 0.
  | shape :: rest when limit > 0 -> add (other_total rest (limit - 1)) shape
  | _ -> 0.

and other_total shapes limit = total shapes limit

let ( +! ) a b = a + b
let () = printf "total %f\n" (total [] limit)
