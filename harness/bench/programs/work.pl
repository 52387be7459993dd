# Hashes, sorting, nested data and regular expressions.  work.pl SIZE
use strict;
use warnings;

my $size = shift;
my (%length, %by_letter);
my $text = '';
for my $i (1 .. $size) {
  $length{"key$i"} = 'v' x ($i % 50);
  $text .= chr(97 + $i * $i % 26) x ($i % 3 + 1);
}
my @keys = sort { length($length{$a}) <=> length($length{$b}) || $a cmp $b } keys %length;
delete $length{$_} for @keys[0 .. $#keys / 2];
push @{ $by_letter{substr $_, -1} }, { name => $_, copy => $_ x 3 } for @keys;
my $n = () = $text =~ /([a-m]+)[n-z]/g;
print join(' ', @keys[0 .. 3], $n, scalar(keys %length)), "\n";
print join(' ', map { scalar @{ $by_letter{$_} } } sort keys %by_letter), "\n";
