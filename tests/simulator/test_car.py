"""A car's meter is the integral of its power."""

import pytest

from simulator.car import Car

CARS = [Car(3700, 8000), Car(7400, 30000), Car(11000, 55000), Car(22000, 400)]


@pytest.mark.parametrize("car", CARS)
def test_energy_equals_the_summed_power(car: Car) -> None:
    step_s = car.full_after_s / 20000
    summed = sum(car.power_after((n + 0.5) * step_s) * step_s / 3600 for n in range(20000))
    assert summed == pytest.approx(car.wants_wh, rel=1e-3)


@pytest.mark.parametrize("car", CARS)
def test_power_tapers_and_never_rises(car: Car) -> None:
    powers = [car.power_after(car.full_after_s * n / 100) for n in range(101)]
    assert powers == sorted(powers, reverse=True)
    assert powers[0] == car.power_w
    assert powers[-2] < car.power_w / 4
    assert car.power_after(car.full_after_s + 1) == 0


@pytest.mark.parametrize("car", CARS)
def test_a_full_car_takes_no_more(car: Car) -> None:
    assert car.energy_wh(0) == 0
    assert car.energy_wh(car.full_after_s * 10) == car.wants_wh
    assert car.energy_wh(car.full_after_s * 0.999) == pytest.approx(car.wants_wh, rel=1e-2)
