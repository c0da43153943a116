#!/usr/bin/perl
# align.pl - pair two bibles verse by verse and split the pairs; prepare.sh calls it.
#
#     align.pl FROM WORDS TO    prints the verses of King James, of the World English Bible and
#                               of both, then the pairs for training, validation and test
#
# FROM/books lists `ABBREVIATION:Name` a line in canonical order, FROM/kjv is what `bible -f`
# printed and FROM/web.ABBREVIATION what diatheke printed of a book as OSIS with notes. Writes
# {train,valid,test}.{kjv,web} and verses.{train,valid,test} to TO, pairs of at most WORDS words
# a side, and FROM/both, all pairs. Only modules of perl-base.
use strict;
use warnings;
use integer;    # products wrap at 64 bits, as the hash wants

use constant { BUCKETS => 1000, VALID => 32, TEST => 32 };
use constant UNLIKE => 3;    # so much longer a side has other text too (Rev22:21: a glossary)

my $CLOSING = qr/\xe2\x80[\x99\x9d]/;    # the quotation marks that close, in UTF-8

sub slurp {
	my ($path) = @_;
	local $/;
	open my $file, '<', $path or die "align.pl: $path: $!\n";
	return scalar readline($file) // '';
}

sub utf8_of_latin1 {
	my ($text) = @_;
	$text =~ s/([\x80-\xff])/chr(0xc0 | ord($1) >> 6) . chr(0x80 | ord($1) & 0x3f)/ge;
	return $text;
}

# One space between words, none before punctuation, one after it (`world.He`,
# `clean.”Immediately`).
sub tidy {
	my ($text) = @_;
	$text =~ s/\s+(?=[,.;:!?])//g;
	$text =~ s/([,.;:!?]$CLOSING*)(?=[A-Za-z])/$1 /g;
	return join ' ', split ' ', $text;
}

# One verse a line: `1Sm2:3 text`.
sub read_kjv {
	my ($path) = @_;
	my (@order, %text);
	for (split /\n/, utf8_of_latin1(slurp($path))) {
		my ($verse, $words) = /^(\w+\d+:\d+) +(.*\S)/ or next;
		push @order, $verse unless exists $text{$verse};
		$text{$verse} = tidy($words);
	}
	return \@order, \%text;
}

# Takes the mark-up off a verse. No space stands around a note (`God<note>..</note>created`), so
# one is put there unless the text itself has one or goes on with punctuation.
sub plain_of_osis {
	my ($text) = @_;
	$text =~ s/<note\b.*?<\/note>/\x01/gs;
	$text =~ s/<[^>]*>//gs;
	$text =~ s/\x01+(?=[\s,.;:!?)]|$CLOSING|\xe2\x80\x94|$)//g;
	$text =~ tr/\x01/ /;
	$text =~ s/&quot;/"/g;
	$text =~ s/&lt;/</g;
	$text =~ s/&gt;/>/g;
	$text =~ s/&amp;/&/g;
	return tidy($text);
}

# `Name 1:2: text<milestone type="line"/>` a verse; what precedes the name is the title of a
# psalm, repeated for each of its verses. A verse that this edition leaves out has no text.
sub read_web {
	my ($from) = @_;
	my %text;
	for (split /\n/, slurp("$from/books")) {
		my ($abbreviation, $name) = split /:/;
		my $book = slurp("$from/web.$abbreviation");
		while ($book =~ /\b\Q$name\E (\d+:\d+): (.*?)<milestone type="line"\/>/gs) {
			my ($verse, $words) = ($abbreviation . $1, plain_of_osis($2));
			$text{$verse} = $words if $words ne '';
		}
	}
	return \%text;
}

# FNV-1a of 32 bits with the finalizer of MurmurHash3: the same on every machine.
sub hash32 {
	my ($text) = @_;
	my $h = 2166136261;
	$h = (($h ^ $_) * 16777619) & 0xffffffff for unpack 'C*', $text;
	$h = (($h ^ $h >> 16) * 0x85ebca6b) & 0xffffffff;
	$h = (($h ^ $h >> 13) * 0xc2b2ae35) & 0xffffffff;
	return $h ^ $h >> 16;
}

sub part_of {
	my ($verse) = @_;
	my $bucket = hash32($verse) % BUCKETS;
	return $bucket < VALID ? 'valid' : $bucket < VALID + TEST ? 'test' : 'train';
}

sub letters {
	my ($text) = @_;
	return lc $text =~ s/[^A-Za-z ]//gr;
}

sub write_file {
	my ($path, @lines) = @_;
	open my $file, '>', $path or die "align.pl: $path: $!\n";
	print $file map { "$_\n" } @lines;
	close $file or die "align.pl: $path: $!\n";
}

sub word_count { return scalar split ' ', $_[0] }

my ($from, $limit, $to) = @ARGV;
my ($order, $kjv) = read_kjv("$from/kjv");
my $web = read_web($from);
my @both = grep { exists $web->{$_} } @$order;
write_file("$from/both", map { "$_\t$kjv->{$_}\t$web->{$_}" } @both);

# Some verses stand word for word in several places; those always train, so that no test
# sentence was seen.
my (%times_kjv, %times_web);
for (@both) {
	$times_kjv{ letters($kjv->{$_}) }++;
	$times_web{ letters($web->{$_}) }++;
}

my %part;
for my $verse (@both) {
	my ($old, $new) = ($kjv->{$verse}, $web->{$verse});
	my ($short, $long) = sort { $a <=> $b } word_count($old), word_count($new);
	next if $long > $limit || $long > UNLIKE * $short;
	my $twice = $times_kjv{ letters($old) } > 1 || $times_web{ letters($new) } > 1;
	push @{ $part{ $twice ? 'train' : part_of($verse) } }, $verse;
}
my @counts;
for my $name (qw(train valid test)) {
	my @verses = @{ $part{$name} // [] };
	write_file("$to/$name.kjv", @$kjv{@verses});
	write_file("$to/$name.web", @$web{@verses});
	write_file("$to/verses.$name", @verses);
	push @counts, scalar @verses;
}
print join(' ', scalar @$order, scalar keys %$web, scalar @both, @counts), "\n";
