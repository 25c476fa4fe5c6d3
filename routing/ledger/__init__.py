"""What each analysis cost: booked once, summed by month."""
