<?php
declare(strict_types=1);

namespace App\Shapes;

use App\Base\Shape as BaseShape;
use App\Tools\{Reader, Writer};
use function strlen;
require_once 'helper.php';
include __DIR__ . '/other.php';

const LIMIT = 10;
define('NAME', 'circle');

/** Something with an area. */
interface Measurable
{
    public function area(): float;
}

trait Named
{
    public function name(): string { return 'name'; }
}

enum Colour: string
{
    case Red = 'red';
}

// A round one.
#[Attribute]
final class Circle extends BaseShape implements Measurable
{
    use Named;

    public const SIDES = 0;
    private float $radius = 1.0;

    public function __construct(private float $scale) {}

    public function area(): float
    {
        return M_PI * $this->radius ** 2 * self::SIDES;
    }

    public static function unit(): self
    {
        return new Circle(1);
    }
}

function total(array $shapes, int $limit = LIMIT): float
{
    return array_sum(array_map(fn ($shape) => $shape->area(), $shapes));
}
