{-# LANGUAGE OverloadedStrings #-}

-- | Shapes and their areas.
module Shapes (Shape (..), total) where

import qualified Data.Map as Map
import Data.List (sortBy)
import Prelude hiding (lookup)

-- | The most.
limit :: Int
limit = 10

-- | What has an area.
class Measurable a where
  area :: a -> Double
  double :: a -> Double
  double shape = 2 * area shape

data Shape
  = Circle {radius :: Double}
  | Square Double
  deriving (Show, Eq)

newtype Name = Name String

type Names = Map.Map String Int

instance Measurable Shape where
  area (Circle r) = pi * r * r
  area (Square s) = s * s

total :: [Shape] -> Double
total [] = 0
total (shape : rest) = area shape + total rest

add, subtract' :: Int -> Int -> Int
add a b = helper a
  where
    helper x = x + b
subtract' a b = a - b

infixl 6 <+>
(<+>) :: Int -> Int -> Int
a <+> b = a + b
