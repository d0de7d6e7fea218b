// Known answers, asked of every usable kernel before the addon does any work.
#pragma once

namespace cryptable {

// False if anything is wrong: the addon must then not be used.
bool PassesSelfTest();

}  // namespace cryptable
