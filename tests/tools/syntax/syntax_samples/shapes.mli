open Base

(** A shape. *)
type shape = { radius : float }

exception Too_large of string

module Circle : sig
  type t = shape

  val area : t -> float
end

module type Measurable = sig
  val area : shape -> float
end

val limit : int

(** Adds areas. *)
val total : shape list -> int -> float

external now : unit -> float = "caml_now"
