/* guard_new.cc - what `new` calls when memory is out. */
#include <new>

extern "C" void guard_new(void (*die)(void));

extern "C" void guard_new(void (*die)(void))
{
	std::set_new_handler(die);
}
