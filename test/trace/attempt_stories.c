#include "trace/stories.h"
int attempt_stories(void)
{
    return 0;
}
